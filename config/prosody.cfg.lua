-- Duologue beside Prosody: put this at the end of prosody.cfg.lua, or include
-- it from there, and restart Prosody: a reload takes no new domain.
--
-- The domain and the secret are those of duologue.conf.  Servers of other
-- people find the domain by DNS as they find yours; for your own users no DNS
-- record is needed.

Component "duologue.example.org"
    component_secret = "the same secret as in duologue.conf"
    disco_hidden = true

-- Prosody takes components on 127.0.0.1:5347 unless told otherwise.  The link
-- is not encrypted: leave it there, or (in the global section, above all
-- VirtualHosts) name a private address.
--   component_ports = { 5347 }
--   component_interfaces = { "127.0.0.1" }

-- When Duologue comes back before Prosody has noticed that the old link is
-- dead, Prosody refuses the new one; Duologue tries again until it succeeds.

-- Prosody lists a component below one of your domains among that domain's
-- services by itself.  That is why `disco_hidden` stands above: Gajim and
-- Conversations take the first chat service they find for ordinary group
-- chats, and Duologue makes none.  To let clients find it all the same, name
-- it behind your own service, or leave it out: people can still write to it,
-- and every invitation works.
--
--   VirtualHost "example.org"
--       disco_items = {
--           { "conference.example.org", "Group chats" };
--           { "duologue.example.org", "Private chats for two" };
--       }
