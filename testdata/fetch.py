#!/usr/bin/env python3
"""gol-fetch: module proxies good and bad, zips that mean harm, the cache it shares with Go.

    testdata/fetch.py --fetch ./gol-fetch [--only REGEX]

A server on the loopback interface plays all proxies; nothing leaves the machine. Its modules are called after what is wrong with
them: example.com/e500 answers 500. The messages expected were printed by go 1.26 with the same server.
"""

import argparse
import base64
import concurrent.futures
import contextlib
import fcntl
import hashlib
import http.server
import io
import os
import re
import resource
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
import warnings
import zipfile

import progress

HERE = os.path.dirname(os.path.abspath(__file__))
TIMEOUT = 60
VERSION = "v1.0.0"
MEGA = 1 << 20
warnings.filterwarnings("ignore", "Duplicate name")


class Failure(Exception):
    pass


# ---- modules ---------------------------------------------------------------------------------------------------------------

def pack(entries, compress=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compress) as z:
        for name, text in entries:
            info = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            info.compress_type = compress
            info.external_attr = (0o120777 if name.endswith("/link") else 0o644) << 16
            z.writestr(info, text)
    return out.getvalue()


def module_zip(path, files, version=VERSION):
    return pack([(f"{path}@{version}/{name}", text) for name, text in files])


def plain_files(path):
    return [("go.mod", f"module {path}\n"), ("a.go", "package a\n"), ("sub/b.go", "package sub\n")]


def h1(path, files, version=VERSION):
    lines = [f"{hashlib.sha256(text.encode()).hexdigest()}  {name}\n" for name, text in files]
    lines = sorted(lines, key=lambda line: line[66:])
    return "h1:" + base64.b64encode(hashlib.sha256("".join(lines).encode()).digest()).decode()


def zip_sum(path, files):
    return h1(path, [(f"{path}@{VERSION}/{name}", text) for name, text in files])


def mod_sum(path):
    return h1(path, [("go.mod", f"module {path}\n")])


def declare_size(data, name, size):
    """The zip says that the entry has this size."""
    data = bytearray(data)
    for signature, offset, header in ((b"PK\x03\x04", 22, 30), (b"PK\x01\x02", 24, 46)):
        at = 0
        while (at := data.find(signature, at)) >= 0:
            if data[at + header:at + header + len(name)] == name.encode():
                data[at + offset:at + offset + 4] = size.to_bytes(4, "little")
            at += 4
    return bytes(data)


BAD_FILES = {       # entries besides go.mod, and what is said of them
    "climb": ([("../../evil", "x")], 'malformed file path "../../evil": invalid path element ".."'),
    "absolute": ([("/etc/evil", "x")], 'malformed file path "/etc/evil": empty path element'),
    "backslash": ([("a\\b", "x")], "malformed file path \"a\\\\b\": invalid char '\\\\'"),
    "device": ([("aux.go", "x")], 'malformed file path "aux.go": "aux" disallowed as path element component on Windows'),
    "nested": ([("sub/go.mod", "x")], "go.mod file not in module root directory"),
    "capital": ([("GO.MOD", "x")], 'case-insensitive file name collision: "go.mod" and "GO.MOD"'),
    "case": ([("a.go", "x"), ("A.go", "x")], 'case-insensitive file name collision: "a.go" and "A.go"'),
    "kelvin": ([("k.go", "x"), ("\u212a.go", "x")], 'case-insensitive file name collision: "k.go" and "\u212a.go"'),
    "folders": ([("x/a/b.go", "x"), ("x/A/c.go", "x")], 'case-insensitive file name collision: "x/a" and "x/A"'),
    "over": ([("a/b", "x"), ("a", "x")], 'entry "a" is both a file and a directory'),
    "twice": ([("a.go", "x"), ("a.go", "x")], 'multiple entries for file "a.go"'),
    "both": ([("a", "x"), ("a/b", "x")], 'entry "a" is both a file and a directory'),
}


def zip_of(kind, path):
    if kind in BAD_FILES:
        return module_zip(path, [("go.mod", f"module {path}\n")] + BAD_FILES[kind][0])
    if kind == "longest":
        return module_zip(path, [("go.mod", f"module {path}\n"), ("a/" * 32000 + "a", "x")])
    if kind == "deep":
        return module_zip(path, [("go.mod", f"module {path}\n")] + [(f"{i}/" + "a/" * 2000 + "a", "x") for i in range(200)])
    if kind == "outside":
        return pack([("../../evil", "x")])
    if kind == "none":
        return b"this is no zip"
    if kind == "empty":
        return b""
    if kind == "flipped":
        data = bytearray(module_zip(path, plain_files(path)))
        data[data.find(b"/a.go") + 7] ^= 255
        return bytes(data)
    if kind == "bomb":
        return declare_size(module_zip(path, [("a.go", "0" * (4 * MEGA))]), f"{path}@{VERSION}/a.go", 2 ** 31)
    if kind == "liar":
        return declare_size(module_zip(path, [("a.go", "0" * (4 * MEGA))]), f"{path}@{VERSION}/a.go", 10)
    if kind == "licence":
        return module_zip(path, [("go.mod", f"module {path}\n"), ("LICENSE", "0" * (16 * MEGA + 1))])
    if kind == "links":
        return module_zip(path, [("go.mod", f"module {path}\n"), ("link", "/etc/passwd")])
    if kind == "large":
        return pack([(f"{path}@{VERSION}/{i}.go", os.urandom(MEGA)) for i in range(4)], zipfile.ZIP_STORED)
    return module_zip(path, plain_files(path))


# ---- the server ---------------------------------------------------------------------------------------------------------------

INFO = ('{"Version":"%s","Time":"2020-01-02T03:04:05Z","More":[1.5e3,null,{"x":"\\u00e9"}],'
        '"Origin":{"URL":"https://x/<&>","VCS":"git","Hash":"abc","TagSum":"t1:x","Ref":"refs/tags/v1"}}')
INFOS = {"garbage": "<html>", "nothing": "", "cut": '{"Version":"v1.0.0"', "more": '{"Version":"v1.0.0"}x', "other": INFO % "v1.0.1",
         "spliced": '{"Version":"v1.0.0 x\\nmod example.com/evil v1.0.0"}', "foreign": INFO % "v2.0.0", "word": INFO % "junk",
         "number": '{"Version":1}', "list": "[1]", "time": '{"Version":"v1.0.0","Time":"yesterday"}', "deep": "[" * 5000}
LISTS = {"versions": "v1.2.0\nv1.10.0\nnonsense\nv1.2.1\n\nv2.0.0-rc.1\nv1.11.0-beta\nv0.0.0-20200101000000-abcdefabcdef\n",
         "pseudo": "v0.0.0-20200101000000-abcdefabcdef\nv0.0.0-20210101000000-abcdefabcdee\n"}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def reply(self, status, body, kind="text/plain; charset=utf-8", length=None):
        body = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = length is not None

    def do_GET(self):
        self.server.asked.append(self.path)
        path, _, rest = self.path.lstrip("/").partition("/@")
        path = re.sub("!([a-z])", lambda m: m[1].upper(), path)
        proxy, _, path = path.partition("/")
        name = path.rsplit("/", 1)[-1]
        if proxy != "p":
            return {"p404": lambda: self.reply(404, "not here"), "p410": lambda: self.reply(410, "gone"),
                    "p500": lambda: self.reply(500, "oops")}[proxy]()
        special = getattr(self, "do_" + name, None)
        if special:
            return special(path, rest)
        self.serve(name, path, rest)

    def serve(self, name, path, rest):
        file, _, kind = rest.rpartition(".")
        version = file.partition("/")[2]
        if rest == "v/list" and (name in LISTS or name in INFOS):
            self.reply(200, LISTS.get(name, ""))
        elif kind == "info" and version.startswith("v"):
            self.reply(200, INFOS.get(name, INFO % version))
        elif kind == "info" and version == "main" or rest == "latest" and name in INFOS:
            self.reply(200, INFOS.get(name, INFO % "v0.0.0-20200101000000-abcdefabcdef"))
        elif kind == "mod":
            self.reply(200, f"module {path}\n")
        elif kind == "zip":
            self.reply(200, zip_of(name, path), "application/zip")
        else:
            self.reply(404, "what?")

    def do_missing(self, *_):
        self.reply(404, "not found: no such module\n")

    def do_lines(self, *_):
        self.reply(404, "line one\nline two\n\nnever shown")

    def do_many(self, *_):
        self.reply(404, "x\n" * 20)

    def do_markup(self, *_):
        self.reply(404, "<b>", "text/html")

    def do_bell(self, *_):
        self.reply(404, "\a\033[2J")

    def do_e500(self, *_):
        self.reply(500, "oops")

    def do_half(self, path, rest):
        data = zip_of("", path)
        self.reply(200, data[:len(data) // 2], length=len(data))

    def do_eof(self, *_):
        self.close_connection = True

    def do_never(self, *_):
        self.server.stopped.wait(TIMEOUT)
        self.close_connection = True

    def do_stall(self, *_):
        self.reply(200, "half", length=1000)
        self.server.stopped.wait(TIMEOUT)

    def do_trickle(self, *_):
        self.send_response(200)
        self.send_header("Content-Length", str(MEGA))
        self.end_headers()
        with contextlib.suppress(OSError):
            while not self.server.stopped.wait(0.05):
                self.wfile.write(b"0")

    def do_round(self, *_):
        self.send_response(302)
        self.send_header("Location", self.path)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_moved(self, path, rest):
        self.send_response(301)
        self.send_header("Location", f"/p/example.com/good/@{rest}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_endless(self, *_):
        self.send_response(200)
        self.end_headers()
        with contextlib.suppress(OSError):
            while True:
                self.wfile.write(b"0" * MEGA)

    def do_slow(self, path, rest):
        self.server.slow_started.set()
        self.server.slow_goes_on.wait(TIMEOUT)
        self.serve("slow", path, rest)


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 64
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked, self.stopped = [], threading.Event()
        self.slow_started, self.slow_goes_on = threading.Event(), threading.Event()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, *_):
        pass


# ---- running it ---------------------------------------------------------------------------------------------------------------

class Place:
    def __init__(self, fetch, folder, server):
        self.fetch, self.folder, self.server = fetch, folder, server
        self.cache = os.path.join(folder, "mod")
        self.env = {"PATH": os.environ["PATH"], "HOME": folder, "GOMODCACHE": self.cache, "GOPROXY": server.url + "/p"}

    def start(self, *words, env=None, **options):
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        return subprocess.Popen([self.fetch, *words], env={**self.env, **(env or {})}, **options)

    def run(self, *words, text=None, **options):
        with self.start(*words, stdin=subprocess.PIPE if text is not None else subprocess.DEVNULL, **options) as p:
            try:
                out, err = p.communicate(text.encode() if text is not None else None, timeout=TIMEOUT)
            except subprocess.TimeoutExpired:
                p.kill()
                raise
        return p.returncode, out.decode(), err.decode()

    def passes(self, *words, **options):
        status, out, err = self.run(*words, **options)
        if status != 0:
            raise Failure(f"{' '.join(words)}: exit {status}: {err}")
        return out

    def fails(self, message, *words, **options):
        """The message is all that it says; {url} and {cache} in it stand for those."""
        message = message.replace("{url}", self.server.url + "/p").replace("{cache}", self.cache)
        status, out, err = self.run(*words, **options)
        if status != 1 or err.rstrip("\n") != message.rstrip("\n") or out:
            raise Failure(f"{' '.join(words)}: exit {status}, said\n{err}{out}instead of\n{message}")
        self.is_clean()

    def batch(self, lines, **options):
        """{number: (kind, text)}"""
        data, answers = self.passes("-q", "batch", text="".join(line + "\n" for line in lines), **options).encode(), {}
        while data:
            head, _, data = data.partition(b"\n")
            words = head.decode().split()
            n = int(words[-1])
            answers[int(words[0])] = (" ".join(words[1:-1]), data[:n].decode())
            data = data[n:]
        return answers

    def files(self):
        """Names of the cache, without its locks."""
        names = []
        for folder, _, files in os.walk(self.cache):
            names += [os.path.relpath(os.path.join(folder, f), self.cache) for f in files if not f.endswith(".lock")]
        return sorted(names)

    def is_clean(self):
        for name in self.files():
            if name.endswith((".tmp", ".partial")):
                raise Failure(f"left behind: {name}")

    def has_no(self, name):
        """Nothing of the module's zip is in the cache."""
        left = [f for f in self.files() if f"/{name}/@v" in f and f.endswith((".zip", ".ziphash")) or f"/{name}@" in f]
        if left or os.path.exists(os.path.join(self.cache, "example.com", name + "@" + VERSION)):
            raise Failure(f"in the cache: {left}")


def require(condition, text):
    if not condition:
        raise Failure(text)


# ---- cases --------------------------------------------------------------------------------------------------------------------

def layout(p):
    """What Go would leave: names, contents, modes."""
    path, v = "example.com/Some/Module", f"cache/download/example.com/!some/!module/@v/"
    out = p.passes("-q", "zip", path, VERSION)
    folder = os.path.join(p.cache, "example.com/!some/!module@v1.0.0")
    total = zip_sum(path, plain_files(path))
    require(out == f"{folder}\n{total}\n", out)
    require(p.passes("mod", path, VERSION) == os.path.join(p.cache, v + f"v1.0.0.mod\n{mod_sum(path)}\n"), "mod")
    require(p.passes("info", path, VERSION) == os.path.join(p.cache, v + "v1.0.0.info\n"), "info")
    p.passes("mod", path, "v1.0.0-rc.1")
    names = [v + n for n in ("list", "v1.0.0-rc.1.mod", "v1.0.0.info", "v1.0.0.mod", "v1.0.0.zip", "v1.0.0.ziphash")]
    names += [f"example.com/!some/!module@v1.0.0/{n}" for n, _ in plain_files(path)]
    require(p.files() == sorted(names), p.files())

    def read(name):
        with open(os.path.join(p.cache, name)) as f:
            return f.read()
    require(read(v + "list") == "v1.0.0-rc.1\nv1.0.0\n", "list")
    require(read(v + "v1.0.0.ziphash") == total, "ziphash")
    require(read(v + "v1.0.0.info") == '{"Version":"v1.0.0","Time":"2020-01-02T03:04:05Z","Origin":{"VCS":"git","URL":'
            '"https://x/\\u003c\\u0026\\u003e","Hash":"abc","Ref":"refs/tags/v1"}}', read(v + "v1.0.0.info"))
    for name, mode in (("", 0o555), ("sub", 0o555), ("a.go", 0o444), ("sub/b.go", 0o444)):
        found = stat.S_IMODE(os.stat(os.path.join(folder, name)).st_mode)
        require(found == mode, f"{name}: {found:o}")
    asked = len(p.server.asked)
    for verb in ("zip", "mod", "info", "zipfile"):
        p.passes(verb, path, VERSION, env={"GOPROXY": "off"})
    require(len(p.server.asked) == asked, "what is in the cache was asked for")
    p.passes("-modcacherw", "zip", "example.com/good", VERSION)
    require(os.stat(os.path.join(p.cache, "example.com/good@v1.0.0")).st_mode & 0o200, "-modcacherw")


def errors_of_servers(p):
    for name, said in (("missing", "404 Not Found\n\tserver response: not found: no such module"), ("e500", "500 Internal Server Error\n\tserver response: oops"),
                       ("lines", "404 Not Found\n\tserver response:\n\tline one\n\tline two"), ("markup", "404 Not Found"), ("bell", "404 Not Found"),
                       ("many", "404 Not Found\n\tserver response:" + "\n\tx" * 8 + "\n\t[Truncated: too many lines.]")):
        p.fails(f"example.com/{name}@v1.0.0: reading {{url}}/example.com/{name}/@v/v1.0.0.zip: {said}", "-q", "zip", f"example.com/{name}", VERSION)
    url = '"{url}/example.com/%s/@v/v1.0.0.zip"'
    for name, said in (("half", f"read {url}: unexpected EOF"), ("eof", f"Get {url}: EOF"), ("never", f"Get {url}: no answer in 1 seconds"),
                       ("trickle", f"read {url}: less than 1024 bytes a second for 1 seconds"),
                       ("stall", f"read {url}: less than 1024 bytes a second for 1 seconds"), ("round", 'Get "/p/example.com/%s/@v/v1.0.0.zip": stopped after 10 redirects')):
        p.fails(f"example.com/{name}@v1.0.0: {said % name}", "-q", "zip", f"example.com/{name}", VERSION, env={"GOLFETCHTIMEOUT": "1"})
        p.has_no(name)
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{s.getsockname()[1]}"
        p.fails(f'example.com/a@v1.0.0: Get "http://{host}/example.com/a/@v/v1.0.0.mod": dial tcp {host}: connect: connection refused',
                "mod", "example.com/a", VERSION, env={"GOPROXY": "http://" + host})
    p.fails('example.com/a@v1.0.0: Get "http://a..b/example.com/a/@v/v1.0.0.mod": dial tcp: lookup a..b: no such host',
            "mod", "example.com/a", VERSION, env={"GOPROXY": "http://a..b"})
    p.passes("-q", "mod", "example.com/moved", VERSION)
    p.fails("example.com/endless@v1.0.0: reading {url}/example.com/endless/@v/v1.0.0.mod: more than 16777216 bytes", "mod", "example.com/endless", VERSION)


def errors_of_infos(p):
    start = 'invalid response from proxy "{url}": '
    for name, said in (("garbage", start + "invalid character '<' looking for beginning of value"), ("nothing", start + "unexpected end of JSON input"),
                       ("cut", start + "unexpected end of JSON input"), ("more", start + "invalid character 'x' after top-level value"),
                       ("number", start + "json: cannot unmarshal number into Go struct field RevInfo.Version of type string"),
                       ("list", start + "json: cannot unmarshal array into Go value of type modfetch.RevInfo"), ("deep", start + "exceeded max depth"),
                       ("time", start + 'parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"'),
                       ("other", "proxy returned info for version v1.0.1 instead of requested version")):
        p.fails(f"example.com/{name}@v1.0.0: {said}", "info", f"example.com/{name}", VERSION)
    require(p.files() == [], p.files())


def errors_of_zips(p):
    for name, said in (("none", "zip: not a valid zip file"), ("empty", "zip: not a valid zip file"), ("flipped", "zip: checksum error"),
                       ("outside", "zip for example.com/outside@v1.0.0 has unexpected file ../../evil"),
                       ("liar", "uncompressed size of file example.com/liar@v1.0.0/a.go is larger than declared size (10 bytes)"),
                       ("bomb", "total uncompressed size of module contents too large (max size is 524288000 bytes)"),
                       ("licence", "unzip {cache}/cache/download/example.com/licence/@v/v1.0.0.zip: example.com/licence@v1.0.0/LICENSE: "
                        "LICENSE file too large (max size is 16777216 bytes)")):
        p.fails(said, "-q", "zip", f"example.com/{name}", VERSION)
        p.has_no(name)
    for name, (files, said) in BAD_FILES.items():
        status, _, err = p.run("-q", "zip", f"example.com/{name}", VERSION)
        start = f"unzip {p.cache}/cache/download/example.com/{name}/@v/v1.0.0.zip: example.com/{name}@v1.0.0/"
        require(status == 1 and err.startswith(start) and err.endswith(": " + said + "\n"), f"{name}: {err}")
        p.has_no(name)
    require(not os.path.exists(os.path.join(p.folder, "evil")), "it climbed out")

    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (512 * MEGA, 512 * MEGA))
    name = "a/" * 32000 + "a"
    p.fails("unzip {cache}/cache/download/example.com/longest/@v/v1.0.0.zip: example.com/longest@v1.0.0/" + name + ": file name too long",
            "-q", "zip", "example.com/longest", VERSION, preexec_fn=limit)
    p.passes("-q", "zipfile", "example.com/deep", VERSION, preexec_fn=limit)
    p.passes("-q", "zip", "example.com/links", VERSION)
    name = os.path.join(p.cache, "example.com/links@v1.0.0/link")
    require(not os.path.islink(name) and open(name).read() == "/etc/passwd", "a link was made")


MISMATCH = """verifying %s@v1.0.0%s: checksum mismatch
\tdownloaded: %s
\tgo.sum:     %s

SECURITY ERROR
This download does NOT match an earlier download recorded in go.sum.
The bits may have been replaced on the origin server, or an attacker may
have intercepted the download attempt.

For more information, see 'go help module-auth'.
"""


def sums(p):
    path, wrong = "example.com/good", "h1:" + "A" * 43 + "="
    whole, mod = zip_sum(path, plain_files(path)), mod_sum(path)
    p.fails(MISMATCH % (path, "", whole, wrong), "-q", "zip", path, VERSION, "-sum", wrong)
    p.has_no("good")
    p.fails(MISMATCH % (path, "/go.mod", mod, wrong), "mod", path, VERSION, "-sum", wrong)
    require(p.files() == [], p.files())
    p.passes("mod", path, VERSION, "-sum", mod)
    p.passes("-q", "zip", path, VERSION, "-sum", whole)
    p.fails(MISMATCH % (path, "", whole, wrong), "zip", path, VERSION, "-sum", wrong)
    p.fails(MISMATCH % (path, "/go.mod", mod, wrong), "mod", path, VERSION, "-sum", wrong)
    p.passes("zip", path, VERSION, "-sum", "h9:whatever")
    answers = p.batch([f"zip {path} v1.0.0 -sum {wrong}"])
    require(answers[1][0] == "fail mismatch", answers)


def verifies(p):
    """What was changed in the cache."""
    path = "example.com/good"
    require(p.passes("verify", path, VERSION) == "", "nothing is there")
    p.passes("-q", "zip", path, VERSION)
    require(p.passes("verify", path, VERSION) == "", "nothing was changed")
    zip_name, folder = os.path.join(p.cache, "cache/download/example.com/good/@v/v1.0.0.zip"), os.path.join(p.cache, "example.com/good@v1.0.0")
    os.chmod(folder, 0o755)
    with open(os.path.join(folder, "new.go"), "w"):
        pass
    dir_changed = f"{path} v1.0.0: dir has been modified ({folder})\n"
    require(p.passes("verify", path, VERSION) == dir_changed, "folder")
    new = os.path.join(folder, "new.go")
    for make in (os.mkfifo, lambda name: os.symlink("a.go", name)):
        os.unlink(new)
        make(new)
        require(p.passes("verify", path, VERSION) == f"{path} v1.0.0: dir has been modified ({new} is not a regular file)\n", "no file")
    os.rename(new, new + "\n")
    require(p.passes("verify", path, VERSION) == f"{path} v1.0.0: dirhash: filenames with newlines are not supported\n", "newline")
    os.unlink(new + "\n")
    with open(new, "w"):
        pass
    with open(zip_name, "wb") as f:
        f.write(module_zip(path, plain_files(path) + [("b.go", "package b\n")]))
    require(p.passes("verify", path, VERSION) == f"{path} v1.0.0: zip has been modified ({zip_name})\n" + dir_changed, "zip")
    with open(zip_name, "w") as f:
        f.write("none")
    require(p.passes("verify", path, VERSION) == f"{path} v1.0.0: zip: not a valid zip file\n", "no zip")
    os.unlink(zip_name)
    require(p.passes("verify", path, VERSION) == dir_changed, "zip that is gone")
    os.unlink(zip_name + "hash")
    said = f"{path} v1.0.0: missing ziphash: open {zip_name}hash: no such file or directory\n"
    require(p.passes("verify", path, VERSION) == said, "hash that is gone")


def proxies(p):
    url = p.server.url
    p.passes("mod", "example.com/a", VERSION, env={"GOPROXY": f"{url}/p404, {url}/p410,{url}/p"})
    p.passes("mod", "example.com/b", VERSION, env={"GOPROXY": f"{url}/p500|{url}/p404,{url}/p/"})
    at = "example.com/c@v1.0.0: reading %s/%s/example.com/c/@v/v1.0.0.mod: %s"
    oops = at % (url, "p500", "500 Internal Server Error\n\tserver response: oops")
    gone = at % (url, "p404", "404 Not Found\n\tserver response: not here")
    p.fails(oops, "mod", "example.com/c", VERSION, env={"GOPROXY": f"{url}/p500,{url}/p"})
    p.fails(oops, "mod", "example.com/c", VERSION, env={"GOPROXY": f"{url}/p404,{url}/p500|{url}/p404"})
    p.fails(gone, "mod", "example.com/c", VERSION, env={"GOPROXY": f"{url}/p404,direct"})
    p.fails("module lookup disabled by GOPROXY=off", "mod", "example.com/c", VERSION, env={"GOPROXY": "off"})
    p.fails("module lookup disabled by GOPROXY=off", "mod", "example.com/c", VERSION, env={"GOPROXY": f"{url}/p404,off,{url}/p"})
    direct = ("module example.com/c: %s asks for version control, which gol cannot fetch from; set GOPROXY to a module proxy that has the module")
    p.fails(direct % "GOPROXY=direct", "mod", "example.com/c", VERSION, env={"GOPROXY": "direct"})
    for name, pattern in (("GOPRIVATE", "*.com"), ("GONOPROXY", "other.org,example.com/c/"), ("GOPRIVATE", "example.com/[a-d]")):
        p.fails(direct % "GOPRIVATE/GONOPROXY", "mod", "example.com/c", VERSION, env={name: pattern})
    p.passes("mod", "example.com/c", VERSION, env={"GOPRIVATE": "*.com", "GONOPROXY": "none"})
    p.passes("mod", "example.com/d", VERSION, env={"GOPRIVATE": "example.com/*/x,example.co"})
    p.fails("invalid proxy URL scheme (must be https, http, file): ftp://x", "mod", "example.com/e", VERSION, env={"GOPROXY": "ftp://x"})
    p.fails("invalid proxy URL missing scheme: word", "mod", "example.com/e", VERSION, env={"GOPROXY": "word"})
    p.fails("GOPROXY list is not the empty string, but contains no entries", "mod", "example.com/e", VERSION, env={"GOPROXY": ","})
    user = url.replace("http://", "http://me:secret@")
    shown = url.replace("http://", "http://me:xxxxx@")
    p.fails(f"example.com/e@v1.0.0: refusing to pass credentials to insecure URL: {shown}/p/example.com/e/@v/v1.0.0.mod",
            "mod", "example.com/e", VERSION, env={"GOPROXY": user + "/p"})


def file_proxies(p):
    p.passes("-q", "zip", "example.com/good", VERSION)
    p.passes("mod", "example.com/good", VERSION)
    p.passes("info", "example.com/good", VERSION)
    url, other = f"file://{p.cache}/cache/download", os.path.join(p.folder, "other")
    for verb in ("zip", "mod", "info"):
        p.passes("-q", "-modcache", other, verb, "example.com/good", VERSION, env={"GOPROXY": url})
    require(p.passes("list", "example.com/good", env={"GOPROXY": url}) == "v1.0.0\n", "list")
    p.fails(f"example.com/good@v1.0.1: reading {url}/example.com/good/@v/v1.0.1.mod: no such file or directory", "mod", "example.com/good", "v1.0.1",
            env={"GOPROXY": url})


def names(p):
    for path, said in (("example", "missing dot in first path element"), ("example.com//a", "double slash"), ("example.com/../a", 'invalid path element ".."'),
                       ("example.com/a/v1", "invalid version"), ("example.com/a b", "invalid char ' '"), ("Example.com/a", "invalid char 'E' in first path element"),
                       ("gopkg.in/yaml", "invalid version"), ("-a.b", "leading dash"), ("example.com/con/x", '"con" disallowed as path element component on Windows'),
                       ("example.com/.x", "leading dot in path element"), ("example.com/a~1", "trailing tilde and digits in path element"), ("", "empty string")):
        quoted = '"' + path + '"'
        p.fails(f"malformed module path {quoted}: {said}", "list", path)
    for version, said in (("v1", "not a canonical version"), ("v1.0.0+x", "not a canonical version"), ("../v1.0.0", "not a canonical version"),
                          ("v01.0.0", "not a canonical version"), ("v2.0.0", "should be v0 or v1, not v2")):
        p.fails(f"example.com/a@{version}: invalid version: {said}", "mod", "example.com/a", version)
    p.passes("mod", "example.com/a", "v2.0.0+incompatible")
    p.passes("mod", "example.com/a/v2", "v2.0.0")
    p.passes("mod", "gopkg.in/yaml.v3", "v3.0.1")
    p.fails("example.com/a/v2@v1.0.0: invalid version: should be v2, not v1", "mod", "example.com/a/v2", VERSION)
    require(p.run("nonsense")[0] == 2 and p.run()[0] == 2 and p.run("mod", "a")[0] == 2 and p.run("-nosuch", "list", "a")[0] == 2, "usage")
    p.fails('GOMODCACHE entry is relative; must be absolute path: "x".', "-modcache", "x", "mod", "example.com/a", VERSION)


def queries(p):
    path = "example.com/versions"
    require(p.passes("list", path).split() == ["v1.2.0", "v1.2.1", "v1.10.0", "v1.11.0-beta", "v2.0.0-rc.1"], "list")
    for query, want in (("latest", "v1.10.0"), ("v1", "v1.10.0"), ("v1.2", "v1.2.1"), ("<v1.2.1", "v1.2.0"), ("<=v1.2.1", "v1.2.1"),
                        (">v1.2.0", "v1.2.1"), (">=v1.2.0", "v1.2.0"), ("v1.2.0", "v1.2.0"), ("main", "v0.0.0-20200101000000-abcdefabcdef"),
                        ("upgrade v1.11.0-beta", "v1.11.0-beta"), ("upgrade v1.2.0", "v1.10.0"), ("patch v1.2.0", "v1.2.1")):
        got = p.passes("query", path, *query.split())
        require(got == f"{want} 2020-01-02T03:04:05Z\n", f"{query}: {got}")
    p.fails(f'module {path}: no matching versions for query "v7"', "query", path, "v7")
    p.fails(f"{path}@v2.0.0-rc.1: invalid version: should be v0 or v1, not v2", "query", path, "v2")
    for name, said in (("spliced", 'non-canonical module version "v1.0.0 x\\nmod example.com/evil v1.0.0"'), ("word", 'non-canonical module version "junk"'),
                       ("foreign", "example.com/foreign@v2.0.0: invalid version: should be v0 or v1, not v2")):
        for words in (["latest"], ["query", "latest"], ["query", "main"]):
            p.fails(said, words[0], f"example.com/{name}", *words[1:])
    p.fails('invalid semantic version "x" in range ">x"', "query", path, ">x")
    require(p.passes("latest", "example.com/pseudo").startswith("v0.0.0-20210101000000-abcdefabcdee "), "latest")


def http_gets(p):
    out = p.passes("get", p.server.url + "/p/example.com/moved/@v/v1.0.0.mod")
    head, _, body = out.partition("\n\n")
    lines = head.split("\n")
    require(lines[:2] == [p.server.url + "/p/example.com/good/@v/v1.0.0.mod", "200 OK"] and "Content-Type: text/plain; charset=utf-8" in lines, out)
    require(body == "module example.com/good\n", out)
    require("\n404 Not Found\n" in p.passes("get", p.server.url + "/p404/x"), "404 is an answer")
    p.fails("unsupported scheme: ftp://x", "get", "ftp://x")


def batches(p):
    lines = [f"zip example.com/m{i} v1.0.0" for i in range(50)] + ["mod example.com/missing v1.0.0", "nonsense", "mod a", "zip example.com/m0 v1.0.0"]
    answers = p.batch(lines)
    require(len(answers) == len(lines), f"{len(answers)} answers")
    for i in range(50):
        path = f"example.com/m{i}"
        require(answers[i + 1] == ("ok", f"{p.cache}/{path}@v1.0.0\n{zip_sum(path, plain_files(path))}"), answers[i + 1])
    require([answers[i][0] for i in (51, 52, 53, 54)] == ["fail notfound", "fail error", "fail error", "ok"], answers)
    with p.start("-q", "batch", stdin=subprocess.PIPE) as running:      # an answer comes before more is asked
        for i in (1, 2):
            running.stdin.write(b"mod example.com/x v1.0.0\n")
            running.stdin.flush()
            head = running.stdout.readline().split()
            require(head[0] == b"%d" % i and head[1] == b"ok", head)
            running.stdout.read(int(head[2]))
        running.stdin.close()
        require(running.wait(TIMEOUT) == 0, "exit")


def two_at_once(p):
    jobs = [p.start("-q", "batch", stdin=subprocess.PIPE) for _ in range(3)]
    for job in jobs:
        job.stdin.write("".join(f"zip example.com/m{i} v1.0.0\n" for i in range(20)).encode())
        job.stdin.close()
    for job in jobs:
        out = job.stdout.read()
        require(job.wait(TIMEOUT) == 0 and b"fail" not in out and out.count(b" ok ") == 20, out)
        job.stdout.close(), job.stderr.close()
    asked = [a for a in p.server.asked if a.endswith(".zip")]
    require(len(asked) == len(set(asked)) == 20, f"{len(asked)} downloads of 20 modules")
    p.is_clean()


def waits_for_locks(p):
    folder = os.path.join(p.cache, "cache/download/example.com/good/@v")
    os.makedirs(folder)
    with open(os.path.join(folder, "v1.0.0.lock"), "w") as f:
        fcntl.flock(f, fcntl.LOCK_EX)
        with p.start("-q", "zip", "example.com/good", VERSION) as job:
            time.sleep(0.3)
            require(job.poll() is None and not p.server.asked, "it did not wait for the lock")
            fcntl.flock(f, fcntl.LOCK_UN)
            require(job.wait(TIMEOUT) == 0, "after the lock")


def killed(p):
    """By SIGKILL in the download: the next one clears up. By SIGTERM: nothing stays."""
    for number in (signal.SIGKILL, signal.SIGTERM):
        p.server.slow_started.clear()
        with p.start("-q", "zip", "example.com/slow", VERSION) as job:
            require(p.server.slow_started.wait(TIMEOUT), "start")
            job.send_signal(number)
            require(job.wait(TIMEOUT) == -number, "status")
        left = [f for f in p.files() if f.endswith(".tmp")]
        require(bool(left) == (number == signal.SIGKILL), f"after {number}: {left}")
    p.server.slow_goes_on.set()
    p.passes("-q", "zip", "example.com/slow", VERSION)
    p.is_clean()


def leftovers(p):
    path = "example.com/good"
    v, folder = os.path.join(p.cache, "cache/download/example.com/good/@v/v1.0.0."), os.path.join(p.cache, "example.com/good@v1.0.0")
    os.makedirs(folder)
    for name, text in ((v + "partial", ""), (folder + "/a.go", "half"), (folder + "/old.go", "old")):
        os.makedirs(os.path.dirname(name), exist_ok=True)
        with open(name, "w") as f:
            f.write(text)
    p.passes("-q", "zip", path, VERSION)
    require(open(folder + "/a.go").read() == "package a\n" and not os.path.exists(folder + "/old.go"), "a half-filled folder was taken for whole")
    for verbs in (["zip"], ["zipfile", "zip"]):     # no hash beside it: who knows what it is
        for name in (v + "zip", v + "ziphash"):
            os.unlink(name)
        os.chmod(folder, 0o755)
        os.unlink(folder + "/a.go")
        for verb in verbs:
            p.passes("-q", verb, path, VERSION)
        require(open(folder + "/a.go").read() == "package a\n", "a folder of unknown origin was taken for whole")
    for ending in ("mod", "info"):                  # of one that was killed; of one that may live
        old, new = v + ending + "77.tmp", v + ending + "78.tmp"
        for name in (old, new):
            open(name, "w").close()
        os.utime(old, (1, 1))
        p.passes(ending, path, VERSION)
        require(not os.path.exists(old) and os.path.exists(new), ending)
        os.unlink(new)
    for text in ("", "h1:", "\0" * 47):             # a hash that was cut short is made anew from the zip
        with open(v + "ziphash", "w") as f:
            f.write(text)
        p.passes("-q", "zip", path, VERSION, env={"GOPROXY": "off"})
        require(open(v + "ziphash").read() == zip_sum(path, plain_files(path)), "ziphash")
    os.unlink(v + "zip")                            # a folder without its zip: downloaded again
    p.passes("-q", "zip", path, VERSION)
    require(os.path.exists(v + "zip"), "zip")
    p.is_clean()


def full_disk(p):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (MEGA, MEGA))
    status, _, err = p.run("-q", "zip", "example.com/large", VERSION, preexec_fn=limit)
    require(status == 1 and re.search("^example.com/large@v1.0.0: .*file too large\n$", err), f"{status} {err}")
    p.has_no("large")
    p.is_clean()
    # room for the zip, but not for its largest file
    p.passes("-q", "zipfile", "example.com/large", VERSION)

    def smaller():
        resource.setrlimit(resource.RLIMIT_FSIZE, (MEGA // 2, MEGA // 2))
    status, _, err = p.run("-q", "zip", "example.com/large", VERSION, preexec_fn=smaller)
    require(status == 1 and re.search("^unzip .*file too large\n$", err), f"{status} {err}")
    require(not os.path.exists(os.path.join(p.cache, "example.com/large@v1.0.0")), "half a folder")
    p.is_clean()
    p.passes("-q", "zip", "example.com/large", VERSION)


def trees(p):
    """The sources of a release, and nothing else of it."""
    machine = {"aarch64": "arm64"}.get(os.uname().machine, "amd64")
    path, folder = "golang.org/toolchain", os.path.join(p.folder, "trees", "go1.30.1")
    version = f"v0.0.1-go1.30.1.linux-{machine}"
    files = [("VERSION", "go1.30.1\n"), ("LICENSE", "free"), ("go.env", "GOPROXY=x\n"), ("bin/go", "program"), ("src/_go.mod", "module std\n"),
             ("src/a/a.go", "package a\n"), ("pkg/x", "x"), ("srcs", "x")]
    name = os.path.join(p.folder, "proxy", path, "@v", version + ".zip")
    os.makedirs(os.path.dirname(name))
    with open(name, "wb") as f:
        f.write(module_zip(path, files, version))
    env = {"GOPROXY": "file://" + os.path.join(p.folder, "proxy")}
    total = h1(path, [(f"{path}@{version}/{n}", text) for n, text in files])
    status, _, err = p.run("-q", "tree", "go1.30.1", folder, "-sum", "h1:wrong", env=env)
    require(status == 1 and err == f"verifying {path}@{version}: checksum mismatch\n\tdownloaded: {total}\n\texpected:   h1:wrong\n", err)
    os.makedirs(os.path.join(p.folder, "trees", ".go1.30.1.new/src/half"))        # of one that was killed
    open(os.path.join(p.folder, "trees", ".go1.30.1.zip77.tmp"), "w").close()
    for _ in range(2):
        require(p.passes("-q", "tree", "go1.30.1", folder, "-sum", total, env=env) == folder + "\n", "result")
        env = {"GOPROXY": "off"}
    found = sorted(os.path.relpath(os.path.join(d, n), folder) for d, _, names in os.walk(folder) for n in names)
    require(found == ["LICENSE", "VERSION", "go.env", "src/a/a.go", "src/go.mod"], found)
    require(os.listdir(os.path.join(p.folder, "trees")) in ([".go1.30.1.lock", "go1.30.1"], ["go1.30.1", ".go1.30.1.lock"]), "leftovers")
    p.fails("x/go1 is not an absolute path of a folder", "tree", "go1.30.1", "x/go1")


def unwritable_cache(p):
    with open(os.path.join(p.folder, "file"), "w"):
        pass
    name = os.path.join(p.folder, "file")
    p.fails(f'could not create module cache: "{name}" is not a directory', "-modcache", name, "mod", "example.com/a", VERSION)
    p.fails(f"could not create module cache: mkdir {name}: not a directory", "-modcache", name + "/x", "mod", "example.com/a", VERSION)
    p.passes("-q", "zip", "example.com/good", VERSION)
    if os.getuid() == 0:        # as somebody who may not write there
        copy = os.path.join(p.folder, "gol-fetch")
        shutil.copy(p.fetch, copy)
        os.chmod(p.folder, 0o755)
        place, p.fetch = p.fetch, copy
        nobody = {"user": 65534, "group": 65534, "extra_groups": []}
    else:
        os.chmod(os.path.join(p.cache, "cache/download/example.com"), 0o555)
        nobody = {}
    p.passes("zip", "example.com/good", VERSION, **nobody)
    where = os.path.join(p.cache, "cache/download/example.com/a")
    p.fails(f"example.com/a@v1.0.0: writing go.mod cache: mkdir {where}: permission denied", "mod", "example.com/a", VERSION, **nobody)
    p.fails(f"mkdir {where}: permission denied", "-q", "zip", "example.com/a", VERSION, **nobody)
    os.chmod(os.path.join(p.cache, "cache/download/example.com"), 0o755)


CASES = [layout, errors_of_servers, errors_of_infos, errors_of_zips, sums, verifies, proxies, file_proxies, names, queries, http_gets, batches, two_at_once,
         waits_for_locks, killed, leftovers, full_disk, trees, unwritable_cache]


def remove(folder):
    for name, _, _ in os.walk(folder):
        os.chmod(name, 0o755)
    shutil.rmtree(folder)


def run_case(fetch, case):
    folder, server = tempfile.mkdtemp(prefix="gol-fetch-"), Server()
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        case(Place(fetch, folder, server))
    except (Failure, subprocess.SubprocessError, OSError, KeyError, ValueError) as e:
        return f"FAIL {case.__name__}: {type(e).__name__}: {e}"
    finally:
        server.stopped.set()
        server.slow_goes_on.set()
        server.shutdown()
        server.server_close()
        remove(folder)
    return None


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--fetch", default=os.path.join(HERE, "..", "gol-fetch"))
    p.add_argument("--only", metavar="REGEX", default="")
    args = p.parse_args()
    progress.heed_signals()
    cases = [c for c in CASES if re.search(args.only, c.__name__)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = progress.results("cases", [pool.submit(run_case, os.path.abspath(args.fetch), c) for c in cases])
    failures = [r for r in results if r]
    for text in failures:
        print(text)
    print(f"fetch: {len(cases) - len(failures)} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
