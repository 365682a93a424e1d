"""Whoever cannot wait goes before long work, which is interrupted and then goes on."""

from __future__ import annotations

from threading import Thread

from networks.insight.precedence import Precedence


def until(condition):
    while not condition():
        pass


def test_long_work_is_interrupted_by_all_who_cannot_wait_and_goes_on():
    lock, told = Precedence(), []

    def quick(name):
        with lock.at_once():
            told.append(name)

    others = [Thread(target=quick, args=(name,)) for name in ("one", "two")]
    with lock.at_leisure():
        told.append("begins")
        lock.give_way()
        for other in others:
            other.start()
        until(lambda: lock._waiting == 2)
        assert told == ["begins"]
        lock.give_way()
        assert sorted(told[1:]) == ["one", "two"]
        told.append("ends")
    for other in others:
        other.join()
    assert told[-1] == "ends"


def test_one_at_a_time_and_who_fails_leaves_it():
    lock, inside, most = Precedence(), [], []

    def work(kind):
        for _ in range(200):
            try:
                with kind():
                    inside.append(1)
                    most.append(len(inside))
                    if kind == lock.at_leisure:
                        inside.pop()
                        lock.give_way()
                        inside.append(1)
                        most.append(len(inside))
                    inside.pop()
                    raise KeyError
            except KeyError:
                pass

    threads = [Thread(target=work, args=(kind,)) for kind in (lock.at_once, lock.at_leisure, lock.at_once)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert set(most) == {1}
    assert len(most) == 800
