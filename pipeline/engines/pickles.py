"""What a pickle would call when it is opened, told without opening it."""

from __future__ import annotations

import pickletools
from collections.abc import Collection
from typing import IO

# All that the pickle of a dict of tensors names (torch/_utils.py, torch/storage.py): containers, what puts a
# tensor together from its bytes, and kinds of numbers.
_REBUILDS = frozenset(
    {
        "collections.OrderedDict",
        "torch.Size",
        "torch.device",
        "torch._utils._rebuild_parameter",
        "torch._utils._rebuild_tensor",
        "torch._utils._rebuild_tensor_v2",
        "torch.nn.parameter.Parameter",
        "torch.storage.UntypedStorage",
        *(f"torch.{kind}Storage" for kind in ("BFloat16", "Double", "Float", "Half")),
        *(f"torch.{kind}Storage" for kind in ("Bool", "Byte", "Char", "Int", "Long", "Short")),
        *(f"torch.{kind}Storage" for kind in ("ComplexDouble", "ComplexFloat")),
        *(f"torch.{kind}" for kind in ("bfloat16", "float16", "float32", "float64", "int32", "int64")),
    }
)


def foreign_call(file: IO[bytes], pickles: int, allowed: Collection[str] = ()) -> str | None:
    """The first thing that pickles name beside what rebuilds tensors, such as ``posix.system``; or None.

    Nothing is imported, called or built. Pickles that follow each other in a file are read from where it
    stands; afterwards it stands behind the last one, unless something was found.

    Args:
        file: binary, at the beginning of a pickle.
        pickles: how many follow each other.
        allowed: what else they may name, because whoever reads them puts something harmless in its place.

    Raises:
        ValueError: these are no pickles, or they are cut off.
    """
    for _ in range(pickles):
        words: list[str] = []
        for opcode, told, _at in pickletools.genops(file):
            if opcode.name in {"GLOBAL", "INST"}:
                name = str(told).replace(" ", ".")
            elif opcode.name == "STACK_GLOBAL":
                # Its two words were pushed before; whoever hides them is told by what stood there.
                name = ".".join(words[-2:])
            elif opcode.name.startswith("EXT"):
                name = f"copyreg extension {told}"
            else:
                if isinstance(told, str):
                    words = [*words[-1:], told]
                continue
            known = name in _REBUILDS or name in allowed
            if not known or opcode.name != "GLOBAL":
                return name
    return None
