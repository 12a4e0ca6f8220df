//! A place for a store's file.

use std::{
    env,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

/// A folder of its own, removed when dropped.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("session-policy-stores-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        // In memory, where there is such a place and nobody names another: no case here ends in a power cut, and most of the
        // time would be spent waiting for a disk.
        let in_memory = Path::new("/dev/shm").join(&name);
        if env::var_os("TMPDIR").is_none() && std::fs::create_dir(&in_memory).is_ok() {
            return Self(in_memory);
        }
        let folder = env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.join("sessions.redb")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Some systems remove no file that is open; a test does not fail for what it leaves behind.
        let _left = std::fs::remove_dir_all(&self.0);
    }
}
