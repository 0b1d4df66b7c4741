"""The portal's pages: the AtoZ portal's own make, and others that stand for other kinds of portal (``SKINS.md``)."""
