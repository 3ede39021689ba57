//! The door in JSON, for edges that have no types of their own: every edge's text is the same to the byte.
