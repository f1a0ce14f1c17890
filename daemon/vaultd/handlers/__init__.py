"""One module a noun; each offers `HANDLERS`, method name → coroutine of (vault, params) that returns the result struct.

A handler checks what was asked, asks the parts, and shapes the answer. It raises `vaultipc.errors.UserError` for what
the asker can mend; anything else that escapes is logged as a bug of ours.
"""
