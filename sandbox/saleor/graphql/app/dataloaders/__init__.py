from .app import AppByTokenLoader

__all__ = ["AppByTokenLoader"]
