//! Opening the file: what can be wrong with it, in words for whoever starts the program at night.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

use ::redb::{Database, DatabaseError, ReadableTable, StorageError, TableHandle};

use super::{
    Fault,
    tables::{CLAIMS, DEADLINES, DUE, FORMAT, FORMAT_KEY, GENERATIONS, GONE, LEASES, META, RECORDS, TOKENS, USERS},
};

/// A store's file cannot be used. One line says which, why, and what to do.
#[derive(Debug)]
pub struct OpenError {
    path: PathBuf,
    why: Why,
}

#[derive(Debug)]
pub(super) enum Why {
    InUse,
    Directory,
    NoFolder,
    Denied,
    NotAStore,
    NewerFormat(u64),
    Other(String),
}

impl OpenError {
    pub(super) fn other(path: &Path, error: &io::Error) -> Self {
        Self { path: path.to_owned(), why: Why::Other(error.to_string()) }
    }

    /// Whether another process (or another store in this one) has the file open.
    #[must_use]
    pub const fn is_in_use(&self) -> bool {
        matches!(self.why, Why::InUse)
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.why {
            Why::InUse => {
                write!(f, "the session file {path} is in use by another process: stop that one, or take another file")
            }
            Why::Directory => write!(f, "{path} is a directory: name a file in it, such as {path}/sessions.redb"),
            Why::NoFolder => write!(f, "the session file {path} cannot be created: its folder does not exist"),
            Why::Denied => {
                write!(f, "the session file {path} cannot be opened for reading and writing: permission denied")
            }
            Why::NotAStore => {
                write!(
                    f,
                    "{path} is not a session file, or is damaged; it was not touched: name another file, or move it away"
                )
            }
            Why::NewerFormat(found) => write!(
                f,
                "the session file {path} has format {found}, and this version knows formats up to {FORMAT}: start the newer \
                 version, or take another file"
            ),
            Why::Other(error) => write!(f, "the session file {path} cannot be used: {error}"),
        }
    }
}

impl std::error::Error for OpenError {}

/// What the database keeps in memory of the file: 64 MiB. The operating system keeps more, where there is room.
const CACHE_BYTES: usize = 64 * 1024 * 1024;

pub(super) fn open(path: &Path) -> Result<Database, OpenError> {
    let failed = |why| OpenError { path: path.to_owned(), why };
    let (file, is_new) = file(path).map_err(|error| failed(Why::of_io(path, &error)))?;
    let database = Database::builder()
        .set_cache_size(CACHE_BYTES)
        .create_file(file)
        .map_err(|error| failed(Why::of(path, error)))?;
    prepare(&database).map_err(failed)?;
    if is_new {
        sync_folder(path).map_err(|error| failed(Why::of_io(path, &error)))?;
    }
    Ok(database)
}

/// The file, and whether it is new. What is in it is nobody's business but the owner's.
fn file(path: &Path) -> io::Result<(fs::File, bool)> {
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true);
    match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        opened => return opened.map(|file| (file, false)),
    }
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.create_new(true).open(path) {
        // Another process was faster; who has it then, the lock decides.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::OpenOptions::new().read(true).write(true).open(path).map(|file| (file, false))
        }
        created => created.map(|file| (file, true)),
    }
}

/// A new file is there after a power failure only once its folder says so.
fn sync_folder(path: &Path) -> io::Result<()> {
    if !cfg!(unix) {
        return Ok(());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::File::open(folder)?.sync_all()
}

/// Creates the tables, or checks that they are of a known format.
pub(super) fn prepare(database: &Database) -> Result<(), Why> {
    let format = created_or_known(database).map_err(|fault| Why::Other(fault.to_string()))?;
    match format {
        Some(found) if found > FORMAT => Err(Why::NewerFormat(found)),
        Some(_) => Ok(()),
        // Another program's database.
        None => Err(Why::NotAStore),
    }
}

/// The file's format; `None` if there are tables in it, and none of them says so.
fn created_or_known(database: &Database) -> Result<Option<u64>, Fault> {
    let write = database.begin_write()?;
    let is_new = write.list_tables()?.next().is_none() && write.list_multimap_tables()?.next().is_none();
    if !is_new {
        let has_meta = write.list_tables()?.any(|table| table.name() == META.name());
        let format =
            if has_meta { write.open_table(META)?.get(FORMAT_KEY)?.map(|format| format.value()) } else { None };
        write.abort()?;
        return Ok(format);
    }
    write.open_table(META)?.insert(FORMAT_KEY, FORMAT)?;
    // From now on a reader finds every table.
    write.open_table(RECORDS)?;
    write.open_table(TOKENS)?;
    write.open_table(USERS)?;
    write.open_table(DEADLINES)?;
    write.open_table(GONE)?;
    write.open_table(CLAIMS)?;
    write.open_table(LEASES)?;
    write.open_table(GENERATIONS)?;
    write.open_table(DUE)?;
    write.commit()?;
    Ok(Some(FORMAT))
}

impl Why {
    fn of(path: &Path, error: DatabaseError) -> Self {
        match error {
            DatabaseError::DatabaseAlreadyOpen => Self::InUse,
            DatabaseError::Storage(StorageError::Io(error)) if error.kind() == io::ErrorKind::InvalidData => {
                Self::NotAStore
            }
            DatabaseError::Storage(StorageError::Io(error)) => Self::of_io(path, &error),
            DatabaseError::Storage(StorageError::Corrupted(_)) => Self::NotAStore,
            DatabaseError::UpgradeRequired(_) => {
                Self::Other("its format is too old for this version of redb".to_owned())
            }
            other => Self::Other(other.to_string()),
        }
    }

    fn of_io(path: &Path, error: &io::Error) -> Self {
        match error.kind() {
            _ if path.is_dir() => Self::Directory,
            io::ErrorKind::NotFound => Self::NoFolder,
            io::ErrorKind::PermissionDenied => Self::Denied,
            _ => Self::Other(error.to_string()),
        }
    }
}
