"""What a client shows, asked through AT-SPI over D-Bus.

No libatspi: its cache needs a main loop and goes stale without one.
"""

import gi

gi.require_version('Gio', '2.0')
from gi.repository import Gio, GLib  # noqa: E402

ATSPI = 'org.a11y.atspi.'
ROOT = '/org/a11y/atspi/accessible/root'
PATIENCE_MS = 5000
DEPTH_MAX = 60

FOCUSED, SENSITIVE, SHOWING, VISIBLE = 12, 24, 25, 30


class Node:
    """One widget as it was when it was looked at."""

    def __init__(self, bus, name, path):
        self._bus = bus
        self._where = (name, path)
        self.children = []
        self.name = self._property('Accessible', 'Name')
        self.role = self._call('Accessible', 'GetRoleName')
        low, high = self._call('Accessible', 'GetState')
        self._states = low | high << 32
        self.interfaces = {i.rpartition('.')[2] for i in
                           self._call('Accessible', 'GetInterfaces')}

    def _call(self, interface, method, args=None):
        name, path = self._where
        reply = self._bus.call_sync(
            name, path, ATSPI + interface, method, args, None,
            Gio.DBusCallFlags.NONE, PATIENCE_MS, None).unpack()
        return reply[0] if len(reply) == 1 else reply

    def _property(self, interface, name):
        where, path = self._where
        return self._bus.call_sync(
            where, path, 'org.freedesktop.DBus.Properties', 'Get',
            GLib.Variant('(ss)', (ATSPI + interface, name)), None,
            Gio.DBusCallFlags.NONE, PATIENCE_MS, None).unpack()[0]

    def is_in(self, state):
        return bool(self._states >> state & 1)

    @property
    def text(self):
        """What is written in it; its name if it holds no text."""
        if 'Text' not in self.interfaces:
            return self.name
        try:
            return self._call('Text', 'GetText',
                              GLib.Variant('(ii)', (0, -1))) or self.name
        except GLib.Error:
            return self.name

    @property
    def middle(self):
        """Where to click."""
        x, y, width, height = self._call('Component', 'GetExtents',
                                         GLib.Variant('(u)', (0,)))
        return x + width // 2, y + height // 2

    def act(self):
        """Does what a click does."""
        return self._call('Action', 'DoAction', GLib.Variant('(i)', (0,)))

    def focus(self):
        return self._call('Component', 'GrabFocus')

    def child_places(self):
        return self._call('Accessible', 'GetChildren')

    def all(self):
        yield self
        for child in self.children:
            yield from child.all()


class Access:
    """The accessibility bus of one desktop."""

    def __init__(self, session_address, shown=SHOWING):
        self._shown = shown  # GTK 4 has only VISIBLE
        flags = (Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
                 | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION)
        self.session = Gio.DBusConnection.new_for_address_sync(
            session_address, flags, None, None)
        self.session.set_exit_on_close(False)
        address = self.session.call_sync(
            'org.a11y.Bus', '/org/a11y/bus', 'org.a11y.Bus', 'GetAddress',
            None, None, Gio.DBusCallFlags.NONE, 20000, None).unpack()[0]
        self._bus = Gio.DBusConnection.new_for_address_sync(
            address, flags, None, None)
        self._bus.set_exit_on_close(False)

    def look(self):
        """Every showing widget of every client, below one root."""
        root = Node(self._bus, 'org.a11y.atspi.Registry', ROOT)
        self._grow(root, 0)
        return root

    def _grow(self, node, depth):
        if depth > DEPTH_MAX or node.role in ('menu bar',):
            return
        for name, path in node.child_places():
            try:
                child = Node(self._bus, name, path)
                # Applications never "show", nor do viewports that scrolled.
                if (depth == 0 or child.is_in(self._shown)
                        or child.role == 'viewport'):
                    node.children.append(child)
                    self._grow(child, depth + 1)
            except GLib.Error:
                continue  # gone while we looked

    def activate(self, service, path, action, variant=None):
        """An action of a GApplication or of one of its windows."""
        self.session.call_sync(
            service, path, 'org.gtk.Actions', 'Activate',
            GLib.Variant('(sava{sv})', (
                action, [] if variant is None else [variant], {})), None,
            Gio.DBusCallFlags.NONE, PATIENCE_MS, None)

    def is_enabled(self, service, path, action):
        """Whether an action is there and may be used now."""
        try:
            enabled, _, _ = self.session.call_sync(
                service, path, 'org.gtk.Actions', 'Describe',
                GLib.Variant('(s)', (action,)), None,
                Gio.DBusCallFlags.NONE, PATIENCE_MS, None).unpack()[0]
        except GLib.Error:
            return False
        return enabled

    def windows(self, service, path):
        """Object paths of an application's windows that have actions."""
        xml = self.session.call_sync(
            service, path + '/window', 'org.freedesktop.DBus.Introspectable',
            'Introspect', None, None, Gio.DBusCallFlags.NONE, PATIENCE_MS,
            None).unpack()[0]
        info = Gio.DBusNodeInfo.new_for_xml(xml)
        return ['%s/window/%s' % (path, node.path) for node in info.nodes]
