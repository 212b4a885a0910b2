from .base import BaseObjectType
from .common import NonNullList
from .money import Money
from .upload import Upload

__all__ = ["BaseObjectType", "Money", "NonNullList", "Upload"]
