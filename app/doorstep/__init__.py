"""The doorstep: where a tablet that does not trust this server yet fetches the certificate to trust.

The page is open to all and goes by plain http as well; what it gives is public, and people compare its
fingerprint with the one that `hailong authority show` prints.
"""

from app.doorstep.views import blueprint

__all__ = ["blueprint"]
