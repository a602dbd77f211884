"""What the landmarks are called: indices of MediaPipe's face mesh with irises.

"Right" is the sitter's, on the picture's left. Source: MediaPipe's canonical face model.
"""

from __future__ import annotations

UPPER_LIP_OUTER = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291)
LOWER_LIP_OUTER = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291)
UPPER_LIP_INNER = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
LOWER_LIP_INNER = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
RIGHT_LID_UPPER = (33, 246, 161, 160, 159, 158, 157, 173, 133)
RIGHT_LID_LOWER = (33, 7, 163, 144, 145, 153, 154, 155, 133)
LEFT_LID_UPPER = (362, 398, 384, 385, 386, 387, 388, 466, 263)
LEFT_LID_LOWER = (362, 382, 381, 380, 374, 373, 390, 249, 263)
RIGHT_BROW = (70, 63, 105, 66, 107)
LEFT_BROW = (300, 293, 334, 296, 336)
RIGHT_IRIS = (468, 469, 470, 471, 472)
LEFT_IRIS = (473, 474, 475, 476, 477)
MOUTH_CORNERS = (61, 291)
#: On the red of both lips.
LIP_RED = (12, 15, 38, 268, 86, 316)
RIGHT_EYE_CORNERS = (33, 133)
LEFT_EYE_CORNERS = (263, 362)
CHIN = 152
FOREHEAD = 10
EARS = (234, 454)
#: Cheeks, nose and forehead: skin that no hair or shadow usually hides.
SKIN = (50, 280, 205, 425, 4, 151)
#: Cheeks, the skin around the lips and the nose: what the mouth takes along.
LOWER_FACE = (
    57, 287, 43, 273, 106, 335, 182, 406, 83, 313, 18, 202, 422, 204, 424, 194, 418, 201, 421, 200, 199, 208,
    428, 186, 410, 92, 322, 165, 391, 167, 393, 164, 212, 432, 216, 436, 206, 426, 205, 425, 50, 280, 36, 266,
    203, 423, 98, 327, 2, 97, 326, 129, 358, 214, 434, 192, 416, 207, 427, 187, 411, 147, 376, 123, 352, 210,
    430, 211, 431, 32, 262, 140, 369, 171, 396, 175,
)  # fmt: skip
JAW_LINE = (152, 148, 377, 176, 400, 149, 378, 150, 379, 136, 365, 172, 397, 58, 288, 132, 361)
LANDMARKS = 478
