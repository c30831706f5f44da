"""Interrupts at moments at which Python would make something else of them."""

import os
import signal
import sys

import pytest

from gifsom.cli import common

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs POSIX")


class Interrupting:
    """An attribute during whose naming, as its class is made, a signal comes."""

    def __set_name__(self, owner: type, name: str) -> None:
        common.interrupt(signal.SIGTERM, sys._getframe())


def test_an_interrupt_while_a_class_is_made_is_raised_by_the_next_report(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common, "_interrupted", [])
    type("Made", (), {"attribute": Interrupting()})
    with pytest.raises(KeyboardInterrupt):
        common.heed_interrupt()


def test_an_interrupt_elsewhere_is_raised_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common, "_interrupted", [])
    with pytest.raises(KeyboardInterrupt):
        common.interrupt(signal.SIGTERM, sys._getframe())
