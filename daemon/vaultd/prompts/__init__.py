"""What programs that generate pictures write of how they made them: prompt, model, seed and settings.

    of_file(file)      a picture's file, only its metadata           (reading)
    of_pixels(array)   what hides in the lowest bits of its pixels   (stealth)
    may_hide(array)    whether that is worth asking, by few columns  (stealth)
    of_text(text)      a text file beside it                         (reading)

A file is of some container (`containers`), which holds texts under keys (`Texts`). Which program wrote them is told
from what they are like, not from their keys: one key means different things to different programs, and re-saving
renames them. Each program's way of writing is a module of `dialects`; the first that recognises something is believed.

Whatever the bytes are, the answer is a `Generation` or None, soon and in bounded memory.
"""

from vaultd.domain.generation import Generation, Lora
from vaultd.prompts.generation import PARSER_VERSION
from vaultd.prompts.reading import of_file, of_text
from vaultd.prompts.stealth import GATE_BITS, may_hide, of_pixels

__all__ = ["GATE_BITS", "PARSER_VERSION", "Generation", "Lora", "may_hide", "of_file", "of_pixels", "of_text"]
