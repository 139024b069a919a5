#!/usr/bin/env python3
"""Count how much of redis-rs's surface stands in `redlane::compat`, item by item and with its signature.

    coverage.py LIST             a table in markdown: items of LIST that are there, by module
    coverage.py LIST --missing   and below it every item that is not there, or has another signature
    coverage.py LIST --readme    write the table between the markers of README.md
    coverage.py LIST --doc FILE  look at a crate's rustdoc JSON instead of building this one's
    coverage.py REDIS.json --impls  every trait that a type of redis-rs implements and its twin does not

LIST is the rustdoc JSON of redis 1.8.1 (all features but smol, native-tls, entra-id), or a file with one item a line: kind,
path, two numbers that do not matter here, signature. The JSON of this crate is built; only a nightly compiler writes it
unasked, so RUSTC_BOOTSTRAP makes a stable one do it. Standard library only.
"""
import json
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FEATURES = "redis-rs,bb8,r2d2,tls,json,ahash,bigdecimal,cluster-async,hashbrown,num-bigint,rust_decimal,uuid"
BEGIN, END = "<!-- coverage: begin -->", "<!-- coverage: end -->"


# The same thing in other words: the name that redis-rs gives a trait or an argument within a file, or that a crate of
# its own gives a type.
SAME = {
    "redis::Cmd::iter_async": "`AsyncConnection` is `aio::ConnectionLike`",
    "redis::FromRedisValue::from_byte_slice": "the argument's name",
    "redis::FromRedisValue::from_byte_vec": "the argument's name",
    "redis::RedisFuture": "`BoxFuture` is this box",
    "redis::sentinel::SentinelClient::get_async_connection": "`AsyncConnection` is `MultiplexedConnection`",
    "redis::sentinel::SentinelClient::get_async_connection_with_config": "`AsyncConnection` is `MultiplexedConnection`",
    "redis::aio::MultiplexedConnection::new": "the driver's future borrows less",
    "redis::aio::MultiplexedConnection::new_with_config": "the driver's future borrows less",
    "redis::sentinel::SentinelClient::get_async_connection": "`AsyncConnection` is `MultiplexedConnection`",
    "redis::sentinel::SentinelClient::get_async_connection_with_config":
        "`AsyncConnection` is `MultiplexedConnection`",
}


# ---------------------------------------------------------------- what a crate offers

class Docs:
    """The JSON of one or more crates; names that lead from one to another are followed."""

    def __init__(self, files):
        self.crates = []
        for file in files:
            with open(file) as text:
                self.crates.append(json.load(text))

    def root(self, name):
        """The module of a crate by its path: `redlane::compat`."""
        for crate in self.crates:
            item = crate["index"][str(crate["root"])]
            if item["name"] == name.split("::")[0]:
                for part in name.split("::")[1:]:
                    ids = [crate["index"][str(i)] for i in item["inner"]["module"]["items"]]
                    item = next(i for i in ids if i["name"] == part)
                return crate, item
        raise SystemExit("no crate %s" % name)

    def find(self, crate, item_id):
        """An item, wherever it is defined; None where that is not at hand."""
        item = crate["index"].get(str(item_id))
        if item is not None:
            return crate, item
        summary = crate["paths"].get(str(item_id))
        for other in self.crates if summary else []:
            for other_id, there in other["paths"].items():
                if there["path"] == summary["path"] and there["kind"] == summary["kind"] and other_id in other["index"]:
                    return other, other["index"][other_id]
        return None


def offers(docs, root, name):
    """(kind, path) to signature, for all that is public below a module."""
    found = {}

    def emit(kind, path, signature=""):
        found.setdefault((kind, path), signature)

    def functions(crate, ids, path, kind):
        for item_id in ids:
            item = crate["index"].get(str(item_id))
            if item is None:
                continue
            if "function" in item["inner"]:
                function = item["inner"]["function"]
                which = kind or ("tmethod" if function["has_body"] else "trequired")
                emit(which, "%s::%s" % (path, item["name"]), signature(item["name"], function))

    def methods(crate, impls, path):
        for impl_id in impls:
            inner = crate["index"].get(str(impl_id))
            inner = inner and inner["inner"]["impl"]
            if inner and inner["trait"] is None:
                functions(crate, inner["items"], path, "method")

    def fields(crate, kind):
        if kind == "unit":
            return ""
        if "tuple" in kind:
            types = [crate["index"].get(str(f)) for f in kind["tuple"] if f is not None]
            return "(%s)" % ", ".join(type_text(t["inner"]["struct_field"]) for t in types if t)
        named = [crate["index"][str(f)] for f in kind["struct"]["fields"] if str(f) in crate["index"]]
        return "{ %s }" % ", ".join("%s: %s" % (f["name"], type_text(f["inner"]["struct_field"])) for f in named)

    def visit(crate, item, path, seen):
        kind, inner = next(iter(item["inner"].items()))
        exhaustive = "#[non_exhaustive] " if non_exhaustive(item) else ""
        if kind == "module":
            emit("mod", path)
            members(crate, inner["items"], path, seen)
        elif kind == "struct":
            emit("struct", path, "%sstruct %s%s" % (exhaustive, item["name"], generics(inner["generics"])))
            plain = inner["kind"].get("plain") if isinstance(inner["kind"], dict) else None
            for field_id in plain["fields"] if plain else []:
                field = crate["index"].get(str(field_id))
                if field and field["visibility"] == "public":
                    emit("field", "%s.%s" % (path, field["name"]), type_text(field["inner"]["struct_field"]))
            methods(crate, inner["impls"], path)
        elif kind == "enum":
            emit("enum", path, "%senum %s%s" % (exhaustive, item["name"], generics(inner["generics"])))
            for variant_id in inner["variants"]:
                variant = crate["index"].get(str(variant_id))
                if variant:
                    payload = variant["inner"]["variant"]["kind"]
                    payload = fields(crate, "unit" if payload == "plain" else payload)
                    emit("variant", "%s::%s" % (path, variant["name"]), payload)
            methods(crate, inner["impls"], path)
        elif kind == "trait":
            bounds = " + ".join(bound_text(b) for b in inner["bounds"])
            head = "trait %s%s%s" % (item["name"], generics(inner["generics"]), ": " + bounds if bounds else "")
            emit("trait", path, head)
            functions(crate, inner["items"], path, None)
        elif kind == "function":
            emit("fn", path, signature(item["name"], inner))
        elif kind == "type_alias":
            emit("type", path, "type %s%s = %s" % (item["name"], generics(inner["generics"]), type_text(inner["type"])))
        elif kind == "constant":
            emit("const", path, type_text(inner["type"]))
        elif kind == "macro":
            emit("macro", path)

    def members(crate, ids, path, seen):
        for item_id in ids:
            item = crate["index"].get(str(item_id))
            if item is None:
                continue
            if "use" not in item["inner"]:
                visit(crate, item, "%s::%s" % (path, item["name"]), seen)
                continue
            use = item["inner"]["use"]
            target = use["id"] is not None and docs.find(crate, use["id"])
            if not target:
                if not use["is_glob"]:
                    emit("reexport", "%s::%s" % (path, use["name"]), use["source"])
                continue
            there, found_item = target
            if use["is_glob"]:
                key = (id(there), found_item["id"], path)
                inside = found_item["inner"].get("module")
                if inside and key not in seen:
                    members(there, inside["items"], path, seen | {key})
            else:
                visit(there, found_item, "%s::%s" % (path, use["name"]), seen)

    crate, item = root
    members(crate, item["inner"]["module"]["items"], name, frozenset())
    return found


def implements(docs, found, root):
    """Path of a type to the traits that it implements by name, arguments included; not those of blanket impls."""
    result = {}

    def collect(crate, ids, path, seen):
        for item_id in ids:
            item = crate["index"].get(str(item_id))
            if item is None:
                continue
            name, where_found = item["name"], (crate, item)
            if "use" in item["inner"]:
                use = item["inner"]["use"]
                where_found = use["id"] is not None and docs.find(crate, use["id"])
                if not where_found:
                    continue
                name = use["name"]
            there, target = where_found
            kind, inner = next(iter(target["inner"].items()))
            below = path if "use" in item["inner"] and item["inner"]["use"]["is_glob"] else "%s::%s" % (path, name)
            if kind == "module" and (id(there), target["id"], below) not in seen:
                collect(there, inner["items"], below, seen | {(id(there), target["id"], below)})
            elif kind in ("struct", "enum"):
                traits = set()
                for impl_id in inner["impls"]:
                    found_impl = there["index"].get(str(impl_id))
                    found_impl = found_impl and found_impl["inner"]["impl"]
                    if not found_impl or not found_impl["trait"] or found_impl["is_synthetic"]:
                        continue
                    if found_impl["blanket_impl"] is None and "StructuralPartialEq" not in found_impl["trait"]["path"]:
                        traits.add(path_text(found_impl["trait"]["path"], found_impl["trait"]["args"]))
                result["%s::%s" % (path, name)] = traits

    crate, item = root
    collect(crate, item["inner"]["module"]["items"], "redis", frozenset())
    return result


def non_exhaustive(item):
    return any("non_exhaustive" in str(attribute) for attribute in item["attrs"])


# ---------------------------------------------------------------- signatures as text

def signature(name, function):
    sig, header = function["sig"], function["header"]
    arguments = [argument_text(n, t) for n, t in sig["inputs"]]
    prefix = ("const " if header["is_const"] else "") + ("async " if header["is_async"] else "")
    text = "%sfn %s%s(%s)" % (prefix, name, generics(function["generics"]), ", ".join(arguments))
    if sig["output"] is not None:
        text += " -> " + type_text(sig["output"])
    return text + where(function["generics"])


def argument_text(name, kind):
    if name == "self":
        if kind == {"generic": "Self"}:
            return "self"
        reference = kind.get("borrowed_ref")
        if reference and reference["type"] == {"generic": "Self"} and reference["lifetime"] is None:
            return "&mut self" if reference["is_mutable"] else "&self"
    return "%s: %s" % (name, type_text(kind))


def is_synthetic(param):
    return "type" in param["kind"] and param["kind"]["type"]["is_synthetic"]


def generics(found):
    params = []
    for param in found["params"]:
        kind = param["kind"]
        if "lifetime" in kind:
            params.append(param["name"])
        elif "type" in kind and not is_synthetic(param):
            text = param["name"]
            if kind["type"]["bounds"]:
                text += ": " + " + ".join(bound_text(b) for b in kind["type"]["bounds"])
            if kind["type"]["default"]:
                text += " = " + type_text(kind["type"]["default"])
            params.append(text)
        elif "const" in kind:
            params.append("const %s: %s" % (param["name"], type_text(kind["const"]["type"])))
    return "<%s>" % ", ".join(params) if params else ""


def where(found):
    texts = []
    for predicate in found["where_predicates"]:
        if "bound_predicate" in predicate:
            bound = predicate["bound_predicate"]
            bounds = " + ".join(bound_text(b) for b in bound["bounds"])
            texts.append("%s: %s" % (type_text(bound["type"]), bounds))
    return " where " + ", ".join(texts) if texts else ""


def bound_text(bound):
    if "outlives" in bound:
        return bound["outlives"]
    if "use" in bound:
        return "use<..>"
    trait = bound["trait_bound"]
    quantified = [p["name"] for p in trait["generic_params"]]
    return "%s%s%s" % (
        "for<%s> " % ", ".join(quantified) if quantified else "",
        "?" if trait["modifier"] == "maybe" else "",
        path_text(trait["trait"]["path"], trait["trait"]["args"]))


def path_text(path, args):
    name = path.split("::")[-1]
    if not args:
        return name
    if "parenthesized" in args:
        inside = args["parenthesized"]
        output = " -> " + type_text(inside["output"]) if inside["output"] else ""
        return "%s(%s)%s" % (name, ", ".join(type_text(t) for t in inside["inputs"]), output)
    inside = args["angle_bracketed"]
    texts = []
    for arg in inside["args"]:
        if "lifetime" in arg:
            texts.append(arg["lifetime"])
        elif "type" in arg:
            texts.append(type_text(arg["type"]))
        elif "const" in arg:
            texts.append(arg["const"]["expr"])
    for constraint in inside["constraints"]:
        binding = constraint["binding"]
        if "equality" in binding:
            term = binding["equality"]
            texts.append("%s = %s" % (constraint["name"], type_text(term["type"]) if "type" in term else "_"))
        else:
            texts.append("%s: %s" % (constraint["name"], " + ".join(bound_text(b) for b in binding["constraint"])))
    return "%s<%s>" % (name, ", ".join(texts)) if texts else name


def type_text(kind):
    name, inner = next(iter(kind.items()))
    if name in ("generic", "primitive"):
        return inner
    if name == "resolved_path":
        return path_text(inner["path"], inner["args"])
    if name == "borrowed_ref":
        lifetime = inner["lifetime"] + " " if inner["lifetime"] else ""
        return "&%s%s%s" % (lifetime, "mut " if inner["is_mutable"] else "", type_text(inner["type"]))
    if name == "slice":
        return "[%s]" % type_text(inner)
    if name == "array":
        return "[%s; %s]" % (type_text(inner["type"]), inner["len"])
    if name == "tuple":
        return "(%s)" % ", ".join(type_text(t) for t in inner)
    if name == "impl_trait":
        return "impl " + " + ".join(bound_text(b) for b in inner)
    if name == "dyn_trait":
        traits = [
            ("for<%s> " % ", ".join(p["name"] for p in t["generic_params"]) if t["generic_params"] else "")
            + path_text(t["trait"]["path"], t["trait"]["args"]) for t in inner["traits"]]
        return "dyn " + " + ".join(traits + ([inner["lifetime"]] if inner["lifetime"] else []))
    if name == "qualified_path":
        owner = type_text(inner["self_type"])
        trait = inner["trait"] and path_text(inner["trait"]["path"], inner["trait"]["args"])
        return "<%s as %s>::%s" % (owner, trait, inner["name"]) if trait else "%s::%s" % (owner, inner["name"])
    if name == "raw_pointer":
        return "*%s %s" % ("mut" if inner["is_mutable"] else "const", type_text(inner["type"]))
    if name == "function_pointer":
        sig = inner["sig"]
        output = " -> " + type_text(sig["output"]) if sig["output"] else ""
        return "fn(%s)%s" % (", ".join(type_text(t) for _, t in sig["inputs"]), output)
    return "_"


# ---------------------------------------------------------------- the comparison

def normal(signature):
    """What two spellings of one signature have in common."""
    return "".join(signature.split()).replace("self:&'amutSelf", "&'amutself").replace("&'_", "&").replace("<'_>", "")


def wanted(file):
    if file.endswith(".json"):
        docs = Docs([file])
        for (kind, path), signature in sorted(offers(docs, docs.root("redis"), "redis").items()):
            yield kind, path, signature
        return
    with open(file) as lines:
        for line in lines:
            cells = line.rstrip("\n").split("\t")
            if not line.startswith("#") and len(cells) >= 5:
                yield cells[0], cells[1], cells[4]


def module(kind, path):
    parts = path.split("::")
    inside = parts[1][:1].islower() and len(parts) > 2
    return parts[1] if inside else "(root)"


def build():
    """Builds the JSON of this crate and of the one below it that defines the traits of arguments."""
    environment = dict(os.environ, RUSTC_BOOTSTRAP="1")
    files = []
    for package, features in (("redlane-resp", "uuid"), ("redlane", FEATURES)):
        command = ["cargo", "rustdoc", "--quiet", "-p", package, "--lib", "--features", features, "--",
                   "-Z", "unstable-options", "--output-format", "json", "--cap-lints", "allow"]
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
        target = os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target"))
        files.append(os.path.join(target, "doc", package.replace("-", "_") + ".json"))
    return files


def main(argv):
    if len(argv) < 2:
        raise SystemExit(__doc__)
    if "--doc" in argv:
        docs = Docs([argv[argv.index("--doc") + 1]])
        root = docs.root("redis")
    else:
        docs = Docs(build())
        root = docs.root("redlane::compat")
    found = offers(docs, root, "redis")

    if "--impls" in argv:
        theirs = Docs([argv[1]])
        wanted_impls = implements(theirs, offers(theirs, theirs.root("redis"), "redis"), theirs.root("redis"))
        have = implements(docs, found, root)
        for path, traits in sorted(wanted_impls.items()):
            lacking = sorted(traits - have.get(path, set())) if path in have else ["(no such type)"]
            if lacking:
                print("%s: %s" % (path, ", ".join(lacking)))
        return

    modules, gaps = {}, []
    for kind, path, signature in wanted(argv[1]):
        name = module(kind, path)
        total, there = modules.get(name, (0, 0))
        have = found.get((kind, path))
        is_there = have is not None and (path in SAME or normal(have) == normal(signature))
        modules[name] = (total + 1, there + is_there)
        if not is_there:
            gaps.append("%s %s: %s" % (kind, path, "missing" if have is None else "%s, redis-rs %s" % (have, signature)))

    rows = ["| module | items | there |", "| --- | ---: | ---: |"]
    for name, (total, there) in sorted(modules.items(), key=lambda row: (-row[1][0], row[0])):
        rows.append("| %s | %d | %d |" % (name, total, there))
    total, there = (sum(column) for column in zip(*modules.values()))
    rows.append("| **all** | **%d** | **%d** |" % (total, there))
    print("\n".join(rows))
    if "--missing" in argv:
        print("\n".join([""] + gaps))
    if "--readme" in argv:
        path = os.path.join(ROOT, "README.md")
        with open(path) as text:
            before, rest = text.read().split(BEGIN)
        after = rest.split(END)[1]
        with open(path, "w") as text:
            text.write("%s%s\n%s\n%s%s" % (before, BEGIN, "\n".join(rows), END, after))


if __name__ == "__main__":
    main(sys.argv)
