#!/usr/bin/env python3
"""Write the table of command facts, `table.rs` beside this file.

    generate.py FOLDER > table.rs

FOLDER holds one TSV file per server (`*.tsv`, one row per command and subcommand: name, arity,
since, group, flags, key specs, tips, ...). The table is their union. Where servers differ the
newest one that has the command is right, except for what OVERRIDES below says: server tips are
known to be wrong in places, and no server says which write may be repeated or which command
must not travel on a shared connection. Standard library only.
"""
import csv
import glob
import os
import sys

# Oldest first: a later file wins.
SERVERS = ["redis-7.0", "redis-8.2", "valkey-9.1"]

# ---------------------------------------------------------------- classes, by hand

# Not flagged `readonly` by the server, and yet they change nothing.
READS = """
    ping echo info time lastsave role command command|count command|docs command|getkeys
    command|getkeysandflags command|info command|list config|get memory|doctor
    memory|malloc-stats memory|stats latency|doctor latency|graph latency|histogram
    latency|history latency|latest slowlog|get slowlog|len commandlog|get commandlog|len acl|cat
    acl|dryrun acl|genpass acl|getuser acl|list acl|users acl|whoami module|list function|dump
    function|list function|stats script|exists script|show pubsub|channels pubsub|numpat
    pubsub|numsub pubsub|shardchannels pubsub|shardnumsub cluster|info cluster|nodes
    cluster|slots cluster|shards cluster|myid cluster|myshardid cluster|keyslot cluster|links
    cluster|countkeysinslot cluster|getkeysinslot cluster|replicas cluster|slaves
    cluster|count-failure-reports cluster|slot-stats cluster|getslotmigrations
""".split()

# Writes that leave the same state when they are applied twice in a row.
IDEMPOTENT = """
    set setex psetex mset msetex del unlink expire expireat pexpire pexpireat persist getex
    setbit setrange hset hmset hdel hexpire hexpireat hpexpire hpexpireat hpersist hgetex hsetex
    sadd srem sdiffstore sinterstore sunionstore zadd zrem zremrangebylex zremrangebyscore
    zrangestore zdiffstore zinterstore zunionstore pfadd pfmerge bitop geoadd geosearchstore
    georadius georadiusbymember sort lset xack xdel xsetid xtrim xgroup|createconsumer
    xgroup|delconsumer xgroup|destroy xgroup|setid flushall flushdb function|flush script|load
    script|flush config|set config|resetstat config|rewrite acl|setuser acl|deluser acl|load
    acl|log acl|save slowlog|reset commandlog|reset latency|reset memory|purge replicaof slaveof
""".split()

# Words that make such a write depend on what was there before: with one of them it is a plain
# write. The number says how many arguments stand before the options.
CONDITIONS = {
    "set": (2, "NX XX GET IFEQ IFNE IFDEQ IFDNE"),
    "expire": (2, "NX XX GT LT"),
    "pexpire": (2, "NX XX GT LT"),
    "expireat": (2, "NX XX GT LT"),
    "pexpireat": (2, "NX XX GT LT"),
    "hexpire": (2, "NX XX GT LT"),
    "hpexpire": (2, "NX XX GT LT"),
    "hexpireat": (2, "NX XX GT LT"),
    "hpexpireat": (2, "NX XX GT LT"),
    "hsetex": (1, "NX XX FNX FXX"),
    "zadd": (1, "NX XX GT LT INCR"),
    "geoadd": (1, "NX XX"),
}
# Here the options stand behind pairs whose number is the first argument.
CONDITIONS_AFTER_PAIRS = {"msetex": "NX XX"}

# Changes the connection, or is told by what was sent on it before.
CONN_STATE = """
    auth hello reset quit select readonly readwrite asking multi exec discard watch unwatch
    subscribe unsubscribe psubscribe punsubscribe ssubscribe sunsubscribe monitor sync psync
    replconf script|debug
""".split()

# An error reply does not prove that nothing was executed.
LATE_ERRORS = "eval evalsha fcall exec migrate".split()

# ---------------------------------------------------------------- lanes, by hand

TRANSACTION = "Pipeline::atomic"
WATCHED = "Client::transaction"
SUBSCRIPTION = "Client::subscribe"

LANES = {
    "multi": ("Held", TRANSACTION),
    "exec": ("Held", TRANSACTION),
    "discard": ("Held", TRANSACTION),
    "watch": ("Held", WATCHED),
    "unwatch": ("Held", WATCHED),
    "select": ("Held", "ConfigBuilder::db"),
    "auth": ("Refused", "ConfigBuilder::password"),
    "hello": ("Refused", "ConfigBuilder::protocol"),
    "reset": ("Refused", "Client::close"),
    "quit": ("Refused", "Client::close"),
    "monitor": ("Refused", "redis-cli monitor"),
    "sync": ("Refused", "a replication client"),
    "psync": ("Refused", "a replication client"),
    "replconf": ("Refused", "a replication client"),
    "asking": ("Refused", "a cluster client"),
    "readonly": ("Refused", "a cluster client"),
    "readwrite": ("Refused", "a cluster client"),
    "script|debug": ("Refused", "redis-cli --ldb"),
    "client|reply": ("Refused", "Client::pipeline"),
    "client|caching": ("Held", "a client side cache"),
    "client|tracking": ("Held", "a client side cache"),
    # It announces what a client is able to do; the servers know `redirect`.
    "client|capa": ("Held", "a client that follows redirects"),
    "client|setname": ("Held", "ConfigBuilder::client_name"),
    "client|setinfo": ("Held", "ConfigBuilder::client_name"),
    "client|no-evict": ("Held", "ConfigBuilder::no_evict"),
    "client|no-touch": ("Held", "ConfigBuilder::no_touch"),
    "client|import-source": ("Held", "a connection of the feature `redis-rs`"),
}
for _name in "subscribe unsubscribe psubscribe punsubscribe ssubscribe sunsubscribe".split():
    LANES[_name] = ("Subscription", SUBSCRIPTION)

# What a held connection is left with.
LEAVES = {"watch": "Watch", "multi": "Transaction", "exec": "Clean", "discard": "Clean", "unwatch": "Clean"}

# ---------------------------------------------------------------- blocking, by hand

BLOCKS = {
    "blpop": "LastSeconds", "brpop": "LastSeconds", "brpoplpush": "LastSeconds",
    "blmove": "LastSeconds", "bzpopmin": "LastSeconds", "bzpopmax": "LastSeconds",
    "blmpop": "FirstSeconds", "bzmpop": "FirstSeconds",
    "wait": "LastMillis", "waitaof": "LastMillis",
    "xread": "Option", "xreadgroup": "Option",
}

# ---------------------------------------------------------------- tips, by hand

# (request policy, response policy). MSETNX and MSETEX are never split: all or nothing.
TIPS = {
    "msetnx": ("-", "-"),
    "msetex": ("-", "-"),
    "pubsub|channels": ("all_nodes", "special"),
    "pubsub|numpat": ("all_nodes", "agg_sum"),
    "pubsub|numsub": ("all_nodes", "special"),
    "pubsub|shardchannels": ("all_nodes", "special"),
    "pubsub|shardnumsub": ("all_nodes", "special"),
}

# Commands that another vendor's server has too, in a version that is not in FOLDER.
ALSO = {"msetex": {"redis": "8.4.0"}}

# Newer than the servers of FOLDER: name, group, since, class, whether its first argument is its key.
NEWER = [
    ("delex", "string", "8.4.0", "Write", True),
    ("digest", "string", "8.4.0", "Read", True),
    ("increx", "string", "8.8.0", "Write", True),
    ("xcfgset", "stream", "8.6.0", "Write", True),
    ("xnack", "stream", "8.8.0", "Write", True),
    ("hotkeys", "server", "8.6.0", "Write", False),
    ("hotkeys|get", "server", "8.6.0", "Read", False),
    ("hotkeys|reset", "server", "8.6.0", "Write", False),
    ("hotkeys|start", "server", "8.6.0", "Write", False),
    ("hotkeys|stop", "server", "8.6.0", "Write", False),
]

# Commands of modules, which no file of FOLDER has: class, then names. The key is the first argument, but for the
# ones below.
MODULES = {
    "Read": """
        json.get json.mget json.type json.strlen json.arrlen json.arrindex json.objkeys json.objlen json.resp
        bf.exists bf.mexists bf.info bf.card bf.scandump cf.exists cf.mexists cf.count cf.info cf.scandump
        cms.query cms.info topk.query topk.list topk.info topk.count tdigest.min tdigest.max tdigest.quantile
        tdigest.cdf tdigest.rank tdigest.revrank tdigest.byrank tdigest.byrevrank tdigest.trimmed_mean
        tdigest.info ts.get ts.range ts.revrange ts.info ts.mget ts.mrange ts.mrevrange ts.queryindex ft.search
        ft.aggregate ft.info ft.explain ft.explaincli ft.profile ft._list ft.tagvals ft.dictdump ft.spellcheck
        ft.syndump ft.sugget ft.suglen vcard vdim vemb vgetattr vinfo vismember vlinks vrandmember vrange vsim
    """,
    "IdempotentWrite": """
        json.set json.mset json.merge json.del json.forget json.clear bf.add bf.madd bf.insert tdigest.reset
        ts.alter ts.del ft.dictadd ft.dictdel ft.sugdel vrem vsetattr
    """,
    "Write": """
        json.arrappend json.arrinsert json.arrpop json.arrtrim json.numincrby json.nummultby json.strappend
        json.toggle bf.reserve bf.loadchunk cf.add cf.addnx cf.insert cf.insertnx cf.del cf.reserve cf.loadchunk
        cms.incrby cms.initbydim cms.initbyprob cms.merge topk.add topk.incrby topk.reserve tdigest.create
        tdigest.add tdigest.merge ts.add ts.madd ts.incrby ts.decrby ts.create ts.createrule ts.deleterule
        ft.create ft.alter ft.dropindex ft.aliasadd ft.aliasupdate ft.aliasdel ft.sugadd ft.synupdate ft.cursor
        ft.config vadd
    """,
}
MODULE_CONDITIONS = {"json.set": (3, "NX XX")}
CONDITIONS.update(MODULE_CONDITIONS)
MODULE_KEYS = {
    "json.mget": "RO@index:1>range:-2:1:0",
    "json.mset": "OW@index:1>range:-1:3:0",
    "ts.madd": "RW@index:1>range:-1:3:0",
    "ts.createrule": "RW@index:1>range:1:1:0",
    "ts.deleterule": "RW@index:1>range:1:1:0",
    "cms.merge": "OW@index:1>range:0:1:0 RO@index:2>keynum:0:1:1",
    "tdigest.merge": "OW@index:1>range:0:1:0 RO@index:2>keynum:0:1:1",
}
MODULES_WITHOUT_KEYS = "ts.mget ts.mrange ts.mrevrange ts.queryindex".split()


def load(folder):
    """{name: (row of the newest server that has it, {vendor: since})}, oldest server first."""
    found = {}
    paths = {os.path.basename(p)[:-4]: p for p in glob.glob(os.path.join(folder, "*.tsv"))}
    for server in SERVERS + sorted(set(paths) - set(SERVERS)):
        with open(paths[server], newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
                since = dict(found.get(row["name"], (None, {}))[1])
                since[server.split("-")[0]] = row["since"]
                found[row["name"]] = (row, since)
    return found


def class_of(name, row):
    if "kind" in row:
        return row["kind"]
    flags = row["flags"].split(",")
    if name.startswith("client|") or name == "client" or name in CONN_STATE:
        return "ConnState"
    if BLOCKS.get(name, "Option") != "Option":
        return "Blocking"
    if "readonly" in flags or name in READS or name.endswith("|help"):
        return "Read"
    if name in IDEMPOTENT:
        return "IdempotentWrite"
    return "Write"


def lane_of(name):
    if name in LANES:
        return '%s("%s")' % LANES[name]
    return "Lease" if BLOCKS.get(name, "Option") != "Option" else "Shared"


def key_spec(text):
    access, rest = text.split("@", 1)
    begin, find = rest.split(">", 1)
    flags = access.split("+")
    kind = next((k for k in ("RO", "RW", "OW", "RM") if k in flags), None)
    access = {"RO": "Read", "RW": "Update", "OW": "Overwrite", "RM": "Remove", None: "NotAKey"}[kind]
    b, f = begin.split(":"), find.split(":")
    begin = {
        "index": lambda: "Index(%s)" % b[1],
        "keyword": lambda: 'Keyword("%s", %s)' % (b[1], b[2]),
    }.get(b[0], lambda: "Nowhere")()
    find = {
        "range": lambda: "Range { last: %s, step: %s, limit: %s }" % (f[1], f[2], f[3]),
        "keynum": lambda: "KeyNum { at: %s, first: %s, step: %s }" % (f[1], f[2], f[3]),
    }.get(f[0], lambda: "Unknown")()
    whole = "false" if "incomplete" in flags or find == "Unknown" else "true"
    return "KeySpec { access: %s, begin: Begin::%s, find: Find::%s, whole: %s }" % (
        "Access::" + access, begin, find, whole)


def camel(policy):
    return "Default" if policy == "-" else "".join(p.capitalize() for p in policy.split("_"))


def option(text):
    return 'Some("%s")' % text if text else "None"


def entry(name, row, since, containers):
    words = name.upper().split("|")
    fields = [
        'name: "%s"' % " ".join(words),
        'prefix: b"%s"' % "".join("$%d\\r\\n%s\\r\\n" % (len(w), w) for w in words),
        "words: %d" % len(words),
        'group: "%s"' % row["group"],
        "class: Class::%s" % class_of(name, row),
        "since: Since { redis: %s, valkey: %s }" % (option(since.get("redis")), option(since.get("valkey"))),
    ]
    extra = [("lane", "Lane::" + lane_of(name), "Lane::Shared")]
    leaves = LEAVES.get(name, "Nothing" if lane_of(name) in ("Shared", "Lease") else "State")
    extra.append(("leaves", "Leaves::" + leaves, "Leaves::Nothing"))
    extra.append(("blocks", "Blocks::" + BLOCKS.get(name, "Never"), "Blocks::Never"))
    extra.append(("late_errors", str(name in LATE_ERRORS).lower(), "false"))
    extra.append(("container", str(name in containers).lower(), "false"))
    if name in CONDITIONS:
        before, tokens = CONDITIONS[name]
        found = ", ".join('b"%s"' % t for t in tokens.split())
        extra.append(("conditions", "Conditions { skip: Skip::Arguments(%d), words: &[%s] }" % (before, found), ""))
    if name in CONDITIONS_AFTER_PAIRS:
        found = ", ".join('b"%s"' % t for t in CONDITIONS_AFTER_PAIRS[name].split())
        extra.append(("conditions", "Conditions { skip: Skip::Pairs, words: &[%s] }" % found, ""))
    request, response = TIPS.get(name, (row["request_policy"], row["response_policy"]))
    extra.append(("request", "RequestPolicy::" + camel(request), "RequestPolicy::Default"))
    extra.append(("response", "ResponsePolicy::" + camel(response), "ResponsePolicy::Default"))
    specs = [] if row["key_specs"] == "-" else [key_spec(s) for s in row["key_specs"].split(" ")]
    extra.append(("keys", "&[%s]" % ", ".join(specs), "&[]"))
    fields += ["%s: %s" % (k, v) for k, v, default in extra if v != default]
    return "    Facts { %s, ..BASE }," % ", ".join(fields)


def main(argv):
    found = load(argv[1])
    for name, group, since, kind, keyed in NEWER:
        assert name not in found, name
        spec = "%s@index:1>range:0:1:0" % ("RO" if kind == "Read" else "RW") if keyed else "-"
        flags = "readonly" if kind == "Read" else "write"
        row = dict(group=group, flags=flags, key_specs=spec, request_policy="-", response_policy="-")
        found[name] = (row, {"redis": since})
    for kind, names in MODULES.items():
        for name in names.split():
            assert name not in found, name
            spec = MODULE_KEYS.get(name, "%s@index:1>range:0:1:0" % ("RO" if kind == "Read" else "RW"))
            # The indexes of FT commands are no keys; the dictionaries of suggestions are.
            if name in MODULES_WITHOUT_KEYS or name.startswith("ft.") and not name.startswith("ft.sug"):
                spec = "-"
            row = dict(group="module", flags="", key_specs=spec, request_policy="-", response_policy="-")
            found[name] = (dict(row, kind=kind), {})
    for name, since in ALSO.items():
        found[name][1].update(since)
    listed = READS + IDEMPOTENT + CONN_STATE + LATE_ERRORS + list(LANES) + list(LEAVES) + list(BLOCKS)
    unknown = [n for n in listed + list(CONDITIONS) + list(TIPS) if n not in found]
    assert not unknown, "no server has %s" % unknown
    containers = {n.split("|")[0] for n in found if "|" in n}
    rows = [(n.upper().replace("|", " ").encode(), n) for n in found]
    print("//! Facts about every command of Redis and Valkey, sorted by name. Written by `generate.py`: do not edit.")
    print()
    print("use super::{")
    print("    Access, BASE, Begin, Blocks, Class, Conditions, Facts, Find, KeySpec, Lane, Leaves, RequestPolicy,")
    print("    ResponsePolicy, Since, Skip,")
    print("};")
    print()
    print("/// One row for each command and each subcommand, in the order of their names' bytes.")
    print("#[rustfmt::skip]")
    print("pub(super) static TABLE: &[Facts] = &[")
    for _, name in sorted(rows):
        print(entry(name, *found[name], containers))
    print("];")


if __name__ == "__main__":
    main(sys.argv)
