"""Makes the demo's two portraits anew: `python demo/prepare.py` (the committed ones came from it).

portraits/leo.png is drawn by draw_portrait.py. portraits/astronaut.png is NASA's portrait of the astronaut
Eileen Collins, in the public domain, as scikit-image carries it (`skimage.data.astronaut`); it needs
scikit-image: pip install 'lectern[demo]'.
"""

from __future__ import annotations

from pathlib import Path

from draw_portrait import draw_portrait
from PIL import Image
from skimage import data

PORTRAITS = Path(__file__).resolve().parent / "portraits"


def main() -> None:
    """Write both portraits as PNG files."""
    pictures = {"leo": draw_portrait()[..., ::-1], "astronaut": data.astronaut()}
    for name, picture in pictures.items():
        target = PORTRAITS / f"{name}.png"
        Image.fromarray(picture).save(target, optimize=True)
        print(target)


if __name__ == "__main__":
    main()
