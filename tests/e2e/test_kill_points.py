#!/usr/bin/env python3
"""A backtest that is killed in the middle of merging its results: at every call that changes
something on the disk, before it and behind it. The files are the old ones or the new ones, and the
next run gives what an undisturbed one would have given. Prints TAP.
"""
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from bars_program import PLAYBOOK, Skip, behaviour, run_tests, settings
from faulty_program import Merge, faults

# So small that the larger file takes several writes, and could be torn between them.
TRANSFER_MAX = 4096


def changes(merge):
    """The calls of an undisturbed merge that change something."""
    return merge.calls(calls="changes", transfer_max=TRANSFER_MAX)


def kill_points(calls):
    return [(nth, after) for nth in range(1, len(calls) + 1) for after in (False, True)]


def interrupt(merge, number, nth, after=False):
    """A run that gets this signal at that change."""
    done = merge.run(calls="changes", transfer_max=TRANSFER_MAX, signal=int(number), nth=nth,
                     after=after)
    assert done.returncode == -number, (nth, after, done)
    merge.assert_either(merge.old, merge.new)
    assert len(merge.left_behind()) <= 1, merge.left_behind()


def interrupt_everywhere(merge, number):
    """The number of points."""
    calls = changes(merge)
    seen = set()
    for nth, after in kill_points(calls):
        merge.reset()
        interrupt(merge, number, nth, after)
        results = merge.results()
        seen.add(tuple(results.get(name) == merge.new[name] for name in sorted(merge.new)))
        merge.assert_healed()
    assert seen == {(False, False), (False, True), (True, True)}, seen
    return len(kill_points(calls))


@behaviour
def killed_at_any_change_it_leaves_old_files_or_new_and_the_next_run_heals(folder):
    print(f"# {interrupt_everywhere(Merge(folder), signal.SIGKILL)} kill points")


@behaviour
def killed_at_any_change_of_a_first_run_it_leaves_no_half_of_a_file(folder):
    merge = Merge(folder, "out/of/nothing")
    merge.forget()
    assert "mkdir" in changes(merge)
    print(f"# {interrupt_everywhere(merge, signal.SIGKILL)} kill points")


@behaviour
def asked_to_end_at_any_change_it_leaves_old_files_or_new_and_the_next_run_heals(folder):
    merge = Merge(folder)
    for number in (signal.SIGTERM, signal.SIGINT):
        print(f"# {interrupt_everywhere(merge, number)} points of {number.name}")


@behaviour
def killed_again_while_it_heals_it_still_heals(folder):
    merge, aside, count = Merge(folder), folder / "aside", 0
    for nth, after in kill_points(changes(merge))[::10]:
        shutil.rmtree(aside, ignore_errors=True)
        merge.reset()
        interrupt(merge, signal.SIGKILL, nth, after)
        merge.output.rename(aside)
        for second in range(1, 1000):
            shutil.rmtree(merge.output, ignore_errors=True)
            shutil.copytree(aside, merge.output)
            done = merge.run(calls="changes", transfer_max=TRANSFER_MAX, signal=9, nth=second)
            merge.assert_either(merge.old, merge.new)
            if done.returncode == 0:
                break
            assert done.returncode == -signal.SIGKILL, done
            merge.assert_healed()
            count += 1
    assert count > 50, count
    print(f"# {count} kill points in a recovery")


# ---- two processes ------------------------------------------------------------------------------

def start(merge, arguments, **plan):
    return subprocess.Popen([PLAYBOOK, *map(str, arguments)], cwd=merge.folder,
                            env=settings(faults(**plan)))


def stop_at(merge, nth, after):
    """A run of the merge that stands still at that change."""
    stopped = start(merge, merge.arguments, calls="changes", transfer_max=TRANSFER_MAX,
                    signal=int(signal.SIGSTOP), nth=nth, after=after)
    _, status = os.waitpid(stopped.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status), status
    return stopped


def start_another(merge):
    """Another run, for the same files, when it has ended or waits for the first one's lock: more
    tries than there are locks."""
    log = merge.folder / "tries"
    log.write_text("")
    another = start(merge, merge.other, calls="flock", log=log)
    while another.poll() is None and log.read_text().count("flock") <= 2:
        time.sleep(0.001)
    return another


def meet_everywhere(folder, meet):
    """Calls meet(merge, first, another) with the first one stopped at each of its changes, and
    another one that could not get further."""
    merge, waited = Merge(folder), set()
    points = kill_points(changes(merge))
    for nth, after in points:
        merge.reset()
        first = stop_at(merge, nth, after)
        try:
            another = start_another(merge)
            waited.add(another.poll() is None)
            meet(merge, first, another)
        finally:
            first.kill()
            first.wait()
    assert waited == {False, True}, waited
    print(f"# {len(points)} points of meeting")


@behaviour
def two_processes_that_meet_at_any_change_lose_no_row(folder):
    def meet(merge, first, another):
        first.send_signal(signal.SIGCONT)
        assert (first.wait(), another.wait()) == (0, 0)
        assert merge.results() == merge.both and not merge.left_behind()

    meet_everywhere(folder, meet)


@behaviour
def a_process_killed_at_any_change_is_in_nobodys_way(folder):
    def meet(merge, first, another):
        first.kill()
        assert (first.wait(), another.wait()) == (-signal.SIGKILL, 0)
        merge.assert_either(merge.other_alone, merge.both)
        done = merge.run()
        assert done.returncode == 0 and merge.results() == merge.both, done

    meet_everywhere(folder, meet)


# ---- what no kill shows -------------------------------------------------------------------------

@behaviour
def the_changes_come_in_the_order_that_survives_a_power_cut(folder):
    merge = Merge(folder, "out/of/nothing")
    replaced = ("(mkdir fsync )*openat flock openat (fchmod )?(write )+fsync close renameat fsync "
                "close ")  # the second close lets the lock go
    assert re.fullmatch(f"({replaced}){{2}}", " ".join(changes(merge)) + " "), changes(merge)
    merge.forget()
    assert re.fullmatch(f"({replaced}){{2}}", " ".join(changes(merge)) + " "), changes(merge)


# ---- whether the list of changes is whole -------------------------------------------------------

# System calls about files and descriptors that change nothing; every other one is a change.
HARMLESS = set("""execve execveat access faccessat faccessat2 readlink readlinkat stat fstat lstat
newfstatat statx statfs fstatfs read pread64 readv preadv lseek getdents64 getcwd chdir ioctl dup
dup2 dup3 fcntl fadvise64 readahead poll ppoll select pselect6 epoll_create1 epoll_ctl epoll_wait
epoll_pwait""".split())
OTHER_NAMES = {"mkdirat": "mkdir", "renameat2": "renameat"}


def traced_changes(trace):
    """The changes in what strace wrote, but for those to the standard streams."""
    written, found = set(), []
    for line in trace.splitlines():
        call = re.match(r"(?:\d+ +)?(\w+)\((.*)", line)
        name, rest = call.groups() if call else (None, "")
        if name is None or name in HARMLESS:
            continue
        descriptor = re.match(r"\d+(?=[,)<])", rest)
        result = re.search(r"= (\d+)$", rest)
        if name in ("open", "openat"):
            if result and re.search(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC", rest):
                written.add(result[1])
            elif result:
                written.discard(result[1])
            if not re.search(r"O_CREAT|O_TRUNC", rest):
                continue
        elif name == "mmap" and not ("MAP_SHARED" in rest and "PROT_WRITE" in rest):
            continue
        elif name == "close" and descriptor[0] not in written:
            continue
        elif descriptor and int(descriptor[0]) <= 2:
            continue
        found.append(OTHER_NAMES.get(name, name))
    return found


def strace(merge):
    if not shutil.which("strace"):
        raise Skip("there is no strace")
    trace = merge.folder / "trace"
    done = subprocess.run(["strace", "-f", "-qq", "-o", trace, "-e", "trace=%file,%desc", PLAYBOOK,
                           *map(str, merge.arguments)], cwd=merge.folder, text=True, check=False,
                          stderr=subprocess.PIPE, env=settings({"ASAN_OPTIONS": "detect_leaks=0"}))
    if done.returncode:
        raise Skip(f"strace does not work: {' '.join(done.stderr.split())[:80]}")
    return trace.read_text()


@behaviour
def the_changes_are_all_that_the_kernel_sees(folder):
    for output in ("out", "out/of/nothing"):
        place = folder / output.replace("/", "-")
        place.mkdir()
        merge = Merge(place, output)
        if output != "out":
            merge.forget()
        calls = merge.calls(calls="changes")
        merge.reset()
        traced = traced_changes(strace(merge))
        assert traced == calls, (traced, calls)
        print(f"# {len(calls)} changes: {' '.join(calls)}")


if __name__ == "__main__":
    sys.exit(run_tests())
