//! What shows and proves session-policy from outside. The tests stand in the folders beside this file.
