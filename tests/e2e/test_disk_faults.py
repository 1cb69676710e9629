#!/usr/bin/env python3
"""A backtest on a bad disk: calls that fail, once or for good, calls that are cut short, a disk or
a table of descriptors that is full, a folder that is read-only. It says what went wrong, with exit
code 4, leaves the old files or the new ones, and cleans up; once the disk is well again, the next
run gives what an undisturbed one would have given. Prints TAP.
"""
import errno
import os
import re
import resource
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from bars_program import PLAYBOOK, ROOT, Skip, behaviour, program, run_tests, settings
from faulty_program import CALL_FAULTS, Merge

# What each call may fail with for good.
ERRORS = {
    "openat": (errno.EMFILE, errno.EACCES), "read": (errno.EIO,), "mmap": (errno.ENOMEM,),
    "write": (errno.ENOSPC, errno.EDQUOT, errno.EIO), "fsync": (errno.EIO, errno.ENOSPC),
    "close": (errno.EIO, errno.EDQUOT), "renameat": (errno.EIO, errno.ENOSPC),
    "stat": (errno.EACCES,), "fstat": (errno.EIO,), "fstatat": (errno.EACCES,),
    "fchmod": (errno.EPERM,), "mkdir": (errno.ENOSPC, errno.EROFS), "flock": (errno.ENOLCK,),
}
INTERRUPTIBLE = "openat,read,write,fsync,close,flock"


def assert_told(done, code, names, number):
    """Nothing but what went wrong, with which file."""
    assert done.returncode == code and not done.stdout, done
    assert any(name in done.stderr for name in names), done.stderr
    assert os.strerror(number) in done.stderr and done.stderr.count("\n") == 1, done.stderr


def fail_everywhere(merge, path, code, names):
    """Each call about these paths fails, alone and with all of its kind behind it."""
    calls, faults, harmless = merge.calls(path=path), 0, 0
    for index, name in enumerate(calls):
        among_its_kind = calls[:index + 1].count(name)
        # Of what was only looked at, it does not matter. What was written is renamed next.
        may_fail = name == "stat" or name == "close" and calls[index + 1:index + 2] != ["renameat"]
        for number in ERRORS[name]:
            for plan in ({"nth": index + 1},
                         {"calls": name, "nth": among_its_kind, "lasting": 1}):
                merge.reset()
                done = merge.run(path=path, errno=number, **plan)
                if done.returncode == 0:
                    assert may_fail, (plan, name, done)
                    harmless += 1
                else:
                    assert_told(done, code, names, number)
                merge.assert_no_mix(done.returncode)
                merge.assert_healed()
                faults += 1
    return f"{faults} faults in {len(calls)} calls, {harmless} of them harmless"


@behaviour
def any_failing_call_for_results_is_told_and_leaves_old_files_or_new(folder):
    print("#", fail_everywhere(Merge(folder), "out", 4, ("out/trades.csv", "out/journal.csv")))


@behaviour
def any_failing_call_of_a_first_run_is_told_and_leaves_no_half_of_a_file(folder):
    merge = Merge(folder, "out/of/nothing")
    merge.forget()
    print("#", fail_everywhere(merge, "out", 4, ("out",)))


@behaviour
def any_failing_call_for_inputs_is_told_and_leaves_the_old_files(folder):
    merge = Merge(folder)
    (folder / ".env").write_text("LOG_LEVEL=info\n")
    print("#", fail_everywhere(merge, "bars/", 3, ("bars/QQQ.csv",)))
    print("#", fail_everywhere(merge, ".env", 2, (".env",)))


@behaviour
def any_call_from_which_on_all_fail_is_told_and_leaves_old_files_or_new(folder):
    merge = Merge(folder)
    calls = merge.calls(path="out")
    for nth in range(1, len(calls) + 1):
        merge.reset()
        done = merge.run(path="out", errno=errno.EIO, nth=nth, lasting=1)
        if done.returncode:
            assert_told(done, 4, ("out/trades.csv", "out/journal.csv"), errno.EIO)
        merge.assert_either(merge.old, merge.new)
        assert len(merge.left_behind()) <= 1  # it could not be removed either
        merge.assert_healed()
    print(f"# {len(calls)} calls")


@behaviour
def interrupted_and_short_calls_change_no_byte(folder):
    merge, count = Merge(folder), 0
    for transfer_max in (None, 1000):
        calls = merge.calls(calls=INTERRUPTIBLE, transfer_max=transfer_max)
        for nth in range(1, len(calls) + 1):
            merge.reset()
            done = merge.run(calls=INTERRUPTIBLE, errno=errno.EINTR, nth=nth,
                             transfer_max=transfer_max)
            assert done.returncode == 0 and not done.stderr, (nth, calls[nth - 1], done)
            merge.assert_no_mix(done.returncode)
        count += len(calls)
    for transfer_max in (1, 7):
        merge.calls(transfer_max=transfer_max)
    print(f"# {count} interrupted calls")


# ---- limits of the process ----------------------------------------------------------------------

def limited(merge, kind, most, **options):
    """A run of the program as it is, under a limit."""
    merge.reset()
    return program(merge.folder, *merge.arguments,
                   preexec_fn=lambda: resource.setrlimit(kind, (most, most)), **options)


@behaviour
def a_file_that_may_not_grow_leaves_old_files_or_new(folder):
    merge = Merge(folder)
    sizes = sorted(len(content) for content in merge.new.values())
    for most in (0, 1, sizes[0] - 1, sizes[0], 4096, sizes[1] - 1, sizes[1]):
        done = limited(merge, resource.RLIMIT_FSIZE, most)
        if most < sizes[1]:
            assert_told(done, 4, ("out/trades.csv",), errno.EFBIG)
        else:
            assert done.returncode == 0, (most, done)
        merge.assert_no_mix(done.returncode)
        merge.assert_healed()


@behaviour
def a_full_table_of_descriptors_leaves_old_files_or_new(folder):
    merge, most, codes = Merge(folder), 4, []  # with fewer, no library can be loaded
    while not codes or codes[-1] != 0:
        done = limited(merge, resource.RLIMIT_NOFILE, most)
        if done.returncode:
            assert_told(done, 4, ("out/trades.csv", "out/journal.csv"), errno.EMFILE)
        merge.assert_no_mix(done.returncode)
        merge.assert_healed()
        codes.append(done.returncode)
        most += 1
    assert 1 < len(codes) < 10, codes


@behaviour
def a_folder_without_permission_leaves_the_old_files(folder):
    merge = Merge(folder)
    options = {"executable": PLAYBOOK}
    if os.geteuid() == 0:  # who may write everywhere
        nobody = 65534
        options = {"executable": shutil.copy(PLAYBOOK, folder / "playbook"), "user": nobody,
                   "group": nobody, "extra_groups": []}
        folder.chmod(0o755)
        try:
            assert program(folder, "version", **options).returncode == 0
        except (PermissionError, AssertionError):
            raise Skip("nobody else may run the program here") from None
    merge.reset()
    merge.output.chmod(0o555)
    done = program(folder, *merge.arguments, **options)
    merge.output.chmod(0o755)
    assert_told(done, 4, ("out/trades.csv",), errno.EACCES)
    assert merge.results() == merge.old and not merge.left_behind()
    merge.assert_healed()


# ---- a disk of one's own ------------------------------------------------------------------------

# Runs "$@" twice: on a small disk of which something is wrong, and again when it is well. Prints
# the exit code of the first run; what the runs left is copied out of the disk.
ON_A_DISK = r"""
mount -t tmpfs -o "$OPTIONS" none disk
cp -a before/. disk
eval "$HARM"
status=0
"$@" 2>message || status=$?
cp -a disk/out seen
eval "$MEND"
"$@"
cp -a disk/out healed
echo "$status"
"""


def in_a_namespace(folder, script, *arguments, environment=None):
    """Runs a shell script as if by root, with mounts of its own."""
    return subprocess.run(["unshare", "-rm", "sh", "-ec", script, "sh", *map(str, arguments)],
                          cwd=folder, text=True, check=False, stdout=subprocess.PIPE, timeout=60,
                          stderr=subprocess.PIPE, env=settings(environment))


def prepare_a_disk(folder):
    if not shutil.which("unshare"):
        raise Skip("there is no unshare")
    merge = Merge(folder, "disk/out")
    done = in_a_namespace(folder, "mount -t tmpfs none bars")
    if done.returncode:
        raise Skip(f"nothing can be mounted here: {' '.join(done.stderr.split())[:80]}")
    return merge


def run_on_a_disk(merge, options, harm, mend):
    """The exit code of the first run, with what must hold behind both."""
    for name in ("before", "seen", "healed"):
        shutil.rmtree(merge.folder / name, ignore_errors=True)
    merge.reset()
    merge.top.rename(merge.folder / "before")
    merge.top.mkdir()
    done = in_a_namespace(merge.folder, ON_A_DISK, PLAYBOOK, *merge.arguments,
                          environment={"OPTIONS": options, "HARM": harm, "MEND": mend})
    assert done.returncode == 0, done
    code, message = int(done.stdout), (merge.folder / "message").read_text()
    assert code in (0, 4), (code, message)
    merge.assert_no_mix(code, "seen")
    assert merge.results("healed") == merge.new and not merge.left_behind("healed")
    return code, message


def spare_more_and_more(merge, options, harm, mend):
    """Runs with 0, 1, ... of something to spare, until that is enough: how many were not."""
    for spare in range(30):
        code, message = run_on_a_disk(merge, options(spare), harm(spare), mend)
        if code == 0:
            return spare
        assert "disk/out/" in message and os.strerror(errno.ENOSPC) in message, message
    raise AssertionError("nothing is enough")


@behaviour
def a_full_disk_leaves_old_files_or_new(folder):
    page = os.sysconf("SC_PAGESIZE")
    fill = f"head -c {64 * page} /dev/zero >disk/filler 2>/dev/null || true; "
    few = spare_more_and_more(prepare_a_disk(folder), lambda spare: f"size={64 * page}",
                              lambda spare: f"{fill} truncate -s -{spare * page} disk/filler",
                              "rm disk/filler")
    assert few >= 1, few
    print(f"# {few} full disks")


@behaviour
def a_disk_without_room_for_another_file_leaves_old_files_or_new(folder):
    there = 4  # two folders, two files
    few = spare_more_and_more(prepare_a_disk(folder), lambda spare: f"nr_inodes={there + spare}",
                              lambda spare: "", "mount -o remount,nr_inodes=100 none disk")
    assert few >= 1, few
    print(f"# {few} full disks")


@behaviour
def a_disk_that_became_read_only_leaves_the_old_files(folder):
    merge = prepare_a_disk(folder)
    code, message = run_on_a_disk(merge, "size=1m", "mount -o remount,ro none disk",
                                  "mount -o remount,rw none disk")
    assert code == 4 and "disk/out/trades.csv" in message, message
    assert os.strerror(errno.EROFS) in message and merge.results("seen") == merge.old, message


# ---- whether the list of calls is whole ---------------------------------------------------------

# What file.c needs of the C library besides: it does not fail, or not so that it matters.
LIBRARY = set("""__errno_location getpid memcpy memset munmap nanosleep snprintf strerror strlen
strrchr sync_file_range __stack_chk_fail _GLOBAL_OFFSET_TABLE_""".split())


def symbols(*arguments):
    done = subprocess.run(["nm", "--format=posix", *arguments], text=True, check=True,
                          stdout=subprocess.PIPE)
    return {line.split()[0].split("@")[0] for line in done.stdout.splitlines()}


@behaviour
def every_call_of_the_file_layer_is_among_those_that_fail(folder):
    subprocess.run([os.environ.get("CC", "gcc"), "-std=c17", "-D_GNU_SOURCE", f"-I{ROOT}", "-c",
                    ROOT / "service" / "base" / "file.c", "-o", folder / "file.o"], check=True)
    needed = {name for name in symbols("--undefined-only", folder / "file.o") - LIBRARY
              if not name.startswith(("clock_", "error_", "text_"))}
    flags = (ROOT / "tests" / "support" / "file_faults.ldflags").read_text()
    assert needed == set(re.findall(r"--wrap=(\w+)", flags)), needed
    preloaded = symbols("--dynamic", "--defined-only", CALL_FAULTS)
    assert needed <= preloaded, needed - preloaded


if __name__ == "__main__":
    sys.exit(run_tests())
