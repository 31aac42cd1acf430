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
    with open(path, encoding='utf-8') as file:
        for line in file:
            run = json.loads(line)
            total = totals[run['topic'], run['torture']]
            total['runs'] = total.get('runs', 0) + 1
            total['failed'] = total.get('failed', 0) + (
                run['figures'] is None)
            total['seconds'] = round(total.get('seconds', 0)
                                     + run['seconds'], 1)
            add(total, run['figures'] or {})
    for (topic, name), total in sorted(totals.items()):
        print('%-10s %-28s %s' % (topic, name, ', '.join(
            '%s %s' % (k.replace('_', ' '), v) for k, v in total.items())))
