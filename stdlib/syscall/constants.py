#!/usr/bin/env python3
"""Makes constants*.gol: the numbers of system calls and the other constants of Linux's and the C library's headers.

    constants.py [ARCH=COMPILER ...]

COMPILER is a command that preprocesses and compiles C for the architecture, such as "aarch64-linux-gnu-gcc"; for one whose
headers are there without a compiler, any compiler of 64 bits told to use them. What is equal for all goes to constants.gol, the
rest to constants_ARCH.gol. Names are chosen by the patterns below; those that other files of this package declare are left out.

The files are in the repository because programs are built for machines whose headers are not here.
"""
import pathlib
import re
import shlex
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
COMPILERS = {
    "amd64": "gcc",
    "arm64": "aarch64-linux-gnu-gcc",
    "riscv64": "gcc -nostdinc -isystem /usr/riscv64-linux-gnu/include -idirafter @own -U__x86_64__ -U__x86_64 -U__amd64__ -U__i386__ "
               "-D__riscv -D__riscv_xlen=64 -D__riscv_float_abi_double",
}

HEADERS = """sys/types.h sys/socket.h netinet/in.h netinet/ip.h netinet/tcp.h netinet/ip6.h netinet/icmp6.h sys/un.h fcntl.h dirent.h
sys/epoll.h sys/eventfd.h sys/inotify.h sys/ioctl.h sys/mman.h sys/mount.h sys/prctl.h sys/ptrace.h sys/reboot.h sys/resource.h
sys/signalfd.h sys/stat.h sys/statfs.h sys/syscall.h sys/sysinfo.h sys/time.h sys/timerfd.h sys/uio.h sys/wait.h sys/file.h sys/xattr.h
termios.h unistd.h time.h sched.h limits.h linux/if.h linux/if_addr.h linux/if_arp.h linux/if_ether.h linux/if_link.h
linux/if_packet.h linux/if_tun.h linux/netlink.h linux/rtnetlink.h linux/filter.h linux/sockios.h linux/random.h linux/reboot.h linux/route.h
asm/ioctls.h""".split()

PATTERNS = r"""AF_\w+ ARPHRD_\w+ AT_\w+ B[0-9]+ BPF_[A-Z0-9_]+ BRKINT CFLUSH CLOCAL CLONE_\w+ CREAD CS[5-8] CSIZE CSTOPB DT_[A-Z]+ ECHO\w*
EPOLL(?!_IOC)\w+ ETH_P_\w+ EXT[AB] FD_CLOEXEC FLUSHO F_[A-Z0-9_]+ HUPCL ICANON ICRNL IEXTEN IFA_(?!RTA)\w+ IFF_\w+
IFLA_(?!INET|BR|VLAN|MAC|IPVLAN|VXLAN|GENEVE|BAREUDP|PPP|GTP|BOND|VF|PORT|IPOIB|HSR|STATS|OFFLOAD|XDP|EVENT|TUN|RMNET|MCTP|DSA|CAN|AMT|NETKIT|PPP)\w+
IFNAMSIZ IGN\w+ INLCR INPCK IN_[A-Z_]+ IPPROTO_\w+ IPV6_\w+ IP_\w+ ISIG ISTRIP IUCLC IX\w+ LINUX_REBOOT_\w+ LOCK_\w+ MADV_\w+ MAP_\w+ MCL_\w+
MNT_\w+ MSG_\w+ MS_\w+ NAME_MAX NETLINK_\w+ NLA_\w+ NLMSG_\w+ NLM_\w+ NOFLSH OCRNL OFDEL OFILL OLCUC ONLCR ONLRET ONOCR OPOST O_[A-Z]+
PACKET_\w+ PAR\w+ PENDIN PRIO_\w+ PROT_\w+ PR_\w+ PTRACE_\w+ RLIMIT_\w+ RLIM_\w+ RTAX_\w+ RTA_\w+ RTCF_\w+ RTF_\w+ RTM_\w+ RTNH_\w+ RTNLGRP_\w+
RTN_\w+ RTPROT_\w+ RT_\w+ RUSAGE_\w+ SCM_\w+ SHUT_\w+ SIO\w+ SOCK_\w+ SOL_\w+ SOMAXCONN SO_\w+ S_I\w+ TCFLSH TCION TCIOFF TCI?OFLUSH
TCIFLUSH TCOOFF TCOON TCP_[A-Z0-9]+(?:_[A-Z0-9]+)* TCSA\w+ TIOC\w+ TOSTOP TUN\w+ VDISCARD VEOF VEOL2? VERASE VINTR VKILL VLNEXT VMIN VQUIT VREPRINT
VSTART VSTOP VSUSP VSWTC VT0 VT1 VTDLY VTIME VWERASE WALL WCLONE WCONTINUED WEXITED WNOHANG WNOTHREAD WNOWAIT WORDSIZE WSTOPPED WUNTRACED
XCASE""".split()
WANTED = re.compile("(?:%s)$" % "|".join(PATTERNS))
# Names with other meanings in the C library, and what only one version of the headers has.
UNWANTED = re.compile(r"(?:\w*_BASE|\w+_MAX_?|_\w+|SO_DETACH_BPF_X|PTRACE_SYSCALL_INFO\w*|PTRACE_EVENTMSG\w*)$")
KEEP = {"RTAX_MAX", "RTA_MAX", "RTM_MAX", "RTN_MAX", "IFA_MAX", "IFLA_MAX", "NLMSG_MIN_TYPE", "BPF_MAXINSNS", "NAME_MAX"}


def command_of(text):
    own = subprocess.run(["gcc", "-print-file-name=include"], capture_output=True, text=True).stdout.strip()
    return [own if word == "@own" else word for word in shlex.split(text)]


def run(command, text):
    return subprocess.run(command, input=text, capture_output=True, text=True)


def chosen(name):
    return WANTED.match(name) and (name in KEEP or not UNWANTED.match(name))


def names_of(compiler, source):
    macros = run([*compiler, "-E", "-dM", "-xc", "-"], source).stdout
    names = {m for m in re.findall(r"^#define (\w+)(?: |$)", macros, re.M) if chosen(m)}
    names |= {m for m in re.findall(r"\b[A-Z]\w+\b", run([*compiler, "-E", "-P", "-xc", "-"], source).stdout) if chosen(m)}
    calls = set(re.findall(r"^#define __NR_(\w+) ", macros, re.M)) - {"syscalls"}
    calls = {c for c in calls if not c.startswith("arch_specific") and not c.startswith("3264")}
    return {n: n for n in names} | {"SYS_" + c.upper(): "__NR_" + c for c in calls}


def values_of(compiler):
    source = "#define _GNU_SOURCE\n" + "".join(f"#include <{h}>\n" for h in HEADERS)
    probe = run([*compiler, "-fsyntax-only", "-xc", "-"], source)
    if probe.returncode != 0:
        sys.exit(probe.stderr)
    names = names_of(compiler, source)
    while True:
        lines = [f"long long value_{i}_{name}[] = {{(long long)({word}), 1}};" for i, (name, word) in enumerate(sorted(names.items()))]
        text = source + "\n".join(lines) + "\n"
        first = source.count("\n")
        bad = {int(n) for n in re.findall(r"<stdin>:(\d+):\d+: error", run([*compiler, "-w", "-fsyntax-only", "-fmax-errors=0", "-xc", "-"], text).stderr)}
        if not bad:
            break
        order = sorted(names)
        for n in bad:
            del names[order[n - 1 - first]]
    assembly = run([*compiler, "-w", "-S", "-O0", "-xc", "-o", "-", "-"], text).stdout
    found = re.findall(r"^value_\d+_(\w+):\n\s+\.(?:quad|xword|dword|8byte)\s+(-?\d+)", assembly, re.M)
    return {name: int(value) for name, value in found}


def declared():
    text = "\n".join(p.read_text() for p in sorted(HERE.glob("*.gol")) if not p.name.startswith("constants"))
    return set(re.findall(r"^\s*(?:const |func |type |var )?([A-Z]\w*)\b", text, re.M))


def write(name, values, what):
    width = max(len(n) for n in values)
    lines = [f"\t{n:<{width}} = {v:#x}" if v > 9 or v < -9 else f"\t{n:<{width}} = {v}" for n, v in sorted(values.items())]
    (HERE / name).write_text(f"package syscall\n\n// {what}\n// Made by constants.py: do not edit by hand.\nconst (\n" + "\n".join(lines) + "\n)\n")


def main():
    compilers = dict(COMPILERS) | dict(a.split("=", 1) for a in sys.argv[1:])
    own = declared()
    values = {arch: {n: v for n, v in values_of(command_of(c)).items() if n not in own} for arch, c in compilers.items()}
    first, *others = values.values()
    common = {n: v for n, v in first.items() if all(o.get(n) == v for o in others)}
    write("constants.gol", common, "Constants of the system that are the same on all machines.")
    for arch, all_of in values.items():
        write(f"constants_{arch}.gol", {n: v for n, v in all_of.items() if n not in common}, f"Constants of the system, {arch}.")
        print(arch, len(all_of), file=sys.stderr)
    print("common", len(common), file=sys.stderr)


if __name__ == "__main__":
    main()
