"""Sums up what all runs so far have seen."""

import collections
import json


def add(total, figures):
    for name, value in figures.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            continue
        if name.endswith(('_ms', '_kib', '_max')):
            total[name] = max(total.get(name, value), value)
        else:
            total[name] = round(total.get(name, 0) + value, 1)


def print_totals(path):
    totals = collections.defaultdict(dict)
    commits = collections.defaultdict(dict)
    with open(path, encoding='utf-8') as file:
        for line in file:
            run = json.loads(line)
            key = run['form'], run['topic'], run['torture']
            total = totals[key]
            commits[key][run.get('commit', 'unknown')] = True
            total['runs'] = total.get('runs', 0) + 1
            total['failed'] = total.get('failed', 0) + (
                run['figures'] is None)
            total['seconds'] = round(total.get('seconds', 0)
                                     + run['seconds'], 1)
            add(total, run['figures'] or {})
    for key, total in sorted(totals.items()):
        print('%-6s%-11s%-28s%s at %s' % (*key, ', '.join(
            '%s %s' % (k.replace('_', ' '), v) for k, v in total.items()),
            ' '.join(commits[key])))
