"""A data folder of an older version."""

import glob
import os
import sqlite3

from harness.check import same
from harness.gateway import Gateway
from harness.guest import token_of
from harness.story import DIRECT, story

SCHEMA = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..',
                      '..', 'schema')


def columns(db, schema, table):
    return [row[1] for row in db.execute("PRAGMA %s.table_info('%s')" % (
        schema, table))]


def tables(db, schema):
    return [row[0] for row in db.execute(
        "SELECT name FROM %s.sqlite_schema WHERE type = 'table' AND name "
        "NOT LIKE 'sqlite_%%'" % schema)]


def make_first_version(data):
    """The database as version 1 would have kept the same chats."""
    [path] = glob.glob(os.path.join(data, '*.db'))
    for ending in ('-wal', '-shm'):
        assert not os.path.exists(path + ending), 'not closed well'
    os.rename(path, path + '.new')
    db = sqlite3.connect(path)
    with open(os.path.join(SCHEMA, '0001-first.sql'), encoding='utf-8') as f:
        db.executescript(f.read())
    db.execute('PRAGMA journal_mode = WAL')
    db.execute("ATTACH '%s' AS new" % (path + '.new'))
    for table in tables(db, 'main'):
        names = ', '.join(columns(db, 'main', table))
        db.execute('DELETE FROM main.%s' % table)
        db.execute('INSERT INTO main.%s (%s) SELECT %s FROM new.%s' % (
            table, names, names, table))
    db.commit()
    same(db.execute('PRAGMA user_version').fetchone(), (1,))
    assert 'token' not in tables(db, 'main')
    db.close()
    os.unlink(path + '.new')
    os.chmod(path, 0o600)
    return path


def version(path):
    db = sqlite3.connect(path)
    found, = db.execute('PRAGMA user_version').fetchone()
    db.close()
    return found


@story(servers=DIRECT)
async def upgrade_from_version_one(w):
    """Chats of version 1 are found as they were, and gain what is new."""
    await w.start()
    gateway = await Gateway(w).launch().ready()
    room = await w.new_room()
    tab = await gateway.tab()
    await tab.join(room.jid, 'x', room.code(1))
    said = await tab.say(room.jid, 'before the upgrade')
    await w.component.terminate()
    await gateway.is_alone()
    newest = version(glob.glob(os.path.join(w.component.data, '*.db'))[0])
    assert newest > 1, newest

    path = make_first_version(w.component.data)
    await w.start()
    await gateway.ready()
    abhi, anny = await gateway.tab(), await gateway.tab()
    joined = await abhi.join(room.jid, 'x', room.code(1))
    again = await gateway.tab()
    back = await again.join(room.jid, 'x', token_of(joined))
    same([s.id for s in back.history], [said.id])
    joined = await anny.join(room.jid, 'x', room.code(2))
    same([s.body for s in joined.history], ['before the upgrade'])
    answer = await anny.say(room.jid, 'after it')
    await again.heard(room.jid, answer.id)
    gateway.end()
    await w.component.terminate()
    same(version(path), newest)
