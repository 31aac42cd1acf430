"""Ad-hoc commands (XEP-0050) and their forms, as a client sees them."""

from . import ns
from .stanza import attr, text


class Command:
    """One answer to a command request."""

    def __init__(self, answer):
        command = answer.child(ns.COMMANDS, 'command')
        assert command is not None, 'no command in %s' % answer
        self.answer = answer
        self.node = command.get('node')
        self.session = command.get('sessionid')
        self.status = command.get('status')
        assert self.node and self.session and self.status, str(answer)
        self.notes = [(n.get('type'), n.text or '') for n in
                      command.findall('{%s}note' % ns.COMMANDS)]
        actions = command.find('{%s}actions' % ns.COMMANDS)
        self.actions = None if actions is None else [
            child.tag.rpartition('}')[2] for child in actions]
        self.execute = None if actions is None else actions.get('execute')
        self.form = command.find('{%s}x' % ns.XDATA)

    @property
    def form_type(self):
        return None if self.form is None else self.form.get('type')

    @property
    def fields(self):
        """The form's fields by name."""
        return {f.get('var'): f for f in
                self.form.findall('{%s}field' % ns.XDATA)}

    @property
    def values(self):
        return {var: f.findtext('{%s}value' % ns.XDATA)
                for var, f in self.fields.items()}

    def options(self, var):
        return [o.findtext('{%s}value' % ns.XDATA) for o in
                self.fields[var].findall('{%s}option' % ns.XDATA)]


def command_xml(node, action=None, session=None, values=None):
    extra = '' if action is None else ' action=%s' % attr(action)
    if session is not None:
        extra += ' sessionid=%s' % attr(session)
    form = '' if values is None else "<x xmlns='%s' type='submit'>%s</x>" % (
        ns.XDATA, ''.join('<field var=%s><value>%s</value></field>' % (
            attr(var), text(value)) for var, value in values.items()))
    return "<command xmlns='%s' node=%s%s>%s</command>" % (
        ns.COMMANDS, attr(node), extra, form)


async def execute(person, to, node):
    """Starts a command that must be allowed."""
    return Command(await person.set(to, command_xml(node, 'execute')))


async def submit(person, to, command, values, action='complete'):
    """Sends the filled form of a running command."""
    return Command(await person.set(
        to, command_xml(command.node, action, command.session, values)))


async def run(person, to, node, values=None):
    """Runs a command to its end; a form, if any, gets `values`."""
    command = await execute(person, to, node)
    if command.status == 'executing':
        command = await submit(person, to, command, values or {})
    assert command.status == 'completed', str(command.answer)
    return command
