from . import renewal
