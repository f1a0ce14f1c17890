"""Names of models that cannot be what was meant: not found or refused, whatever is asked of them."""

from __future__ import annotations

from support.vault import RunningVault
from vaultipc.errors import EXIT_REFUSED


def test_an_unknown_name_is_not_found_by_any_command(vault: RunningVault) -> None:
    vault.start()
    for name in ("maxi", ""):
        for command in ("use", "info", "forget", "bench"):
            ended = vault.run("model", command, name)
            assert ended.returncode == EXIT_REFUSED, (command, name, ended.stderr)
            assert f"'{name}'" in ended.stderr
            assert "--yes" not in ended.stderr


def test_the_model_that_answers_is_never_promised_to_be_forgotten(vault: RunningVault) -> None:
    vault.start()
    refused = vault.run("model", "forget", "mini")
    assert refused.returncode == EXIT_REFUSED
    assert "answers now" in refused.stderr
    assert "--yes" not in refused.stderr
