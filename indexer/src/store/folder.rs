//! The folder that an index of a project is in by itself.

use std::{io, path::Path};

/// Its name.
const OWN: &str = ".fault";

/// Makes the folder of a file. One of our own is kept out of version control.
pub(super) fn make_for(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let Some(folder) = folder.filter(|folder| !folder.exists()) else { return Ok(()) };
    fs_err::create_dir_all(folder)?;
    if folder.file_name().is_some_and(|name| name == OWN) {
        fs_err::write(folder.join(".gitignore"), "*\n")?;
    }
    Ok(())
}

/// Whether nobody else would have put a file there.
pub(super) fn is_own(path: &Path) -> bool {
    let folder = path.parent().and_then(Path::file_name);
    path.is_file() && folder.is_some_and(|name| name == OWN)
}
