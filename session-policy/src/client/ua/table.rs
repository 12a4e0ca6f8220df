//! The browsers and systems that are known, and how they are told.

/// The family of a client: clients of two families are never one device.
///
/// Browsers on iOS have families of their own, as they say so: `CriOS` is not the Chrome of a Mac.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Family {
    /// No `User-Agent`.
    Missing,
    /// Several `User-Agent` fields.
    Repeated,
    /// Chrome, and what says it is (Brave, Chromium, Vivaldi, embedded views of Android).
    Chrome,
    /// Chrome on iOS.
    ChromeIos,
    /// Edge, Android included.
    Edge,
    /// Edge on iOS.
    EdgeIos,
    /// Firefox.
    Firefox,
    /// Firefox on iOS.
    FirefoxIos,
    /// Opera.
    Opera,
    /// Safari, iOS included.
    Safari,
    /// Samsung Internet.
    Samsung,
    /// Anything else, by a hash of its product's name (FNV-1a, 32 bits).
    Other(u32),
}

impl Family {
    /// The families that have a code of their own.
    const KNOWN: [Self; 11] = [
        Self::Missing,
        Self::Repeated,
        Self::Chrome,
        Self::ChromeIos,
        Self::Edge,
        Self::EdgeIos,
        Self::Firefox,
        Self::FirefoxIos,
        Self::Opera,
        Self::Safari,
        Self::Samsung,
    ];
    const OTHER: u8 = u8::MAX;

    /// The family of an unknown product.
    #[must_use]
    pub(super) fn other(product: &[u8]) -> Self {
        let fnv = |hash: u32, byte: &u8| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
        Self::Other(product.iter().fold(0x811c_9dc5, fnv))
    }

    /// Code and product hash, as they are stored: they never change.
    pub(super) const fn to_code(self) -> (u8, u32) {
        match self {
            Self::Missing => (0, 0),
            Self::Repeated => (1, 0),
            Self::Chrome => (2, 0),
            Self::ChromeIos => (3, 0),
            Self::Edge => (4, 0),
            Self::EdgeIos => (5, 0),
            Self::Firefox => (6, 0),
            Self::FirefoxIos => (7, 0),
            Self::Opera => (8, 0),
            Self::Safari => (9, 0),
            Self::Samsung => (10, 0),
            Self::Other(product) => (Self::OTHER, product),
        }
    }

    pub(super) fn from_code(code: u8, product: u32) -> Option<Self> {
        if code == Self::OTHER {
            return Some(Self::Other(product));
        }
        Self::KNOWN.into_iter().find(|known| known.to_code() == (code, product))
    }
}

/// The operating system of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum Os {
    /// Not said, or not known.
    Unknown = 0,
    /// Windows.
    Windows = 1,
    /// macOS.
    MacOs = 2,
    /// Linux and other X11 systems on a desktop.
    Linux = 3,
    /// ChromeOS.
    ChromeOs = 4,
    /// Android.
    Android = 5,
    /// iOS and iPadOS.
    Ios = 6,
}

impl Os {
    const ALL: [Self; 7] =
        [Self::Unknown, Self::Windows, Self::MacOs, Self::Linux, Self::ChromeOs, Self::Android, Self::Ios];

    pub(super) fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|os| *os as u8 == code)
    }
}

/// Products that outrank those below them: browsers append their own name to that of the engine they are built on. `None`: a
/// browser without a family of its own, known by its name.
pub(super) const PRODUCTS: &[(&[u8], Option<Family>)] = &[
    (b"EdgiOS", Some(Family::EdgeIos)),
    (b"EdgA", Some(Family::Edge)),
    (b"Edg", Some(Family::Edge)),
    (b"Edge", None),
    (b"OPR", Some(Family::Opera)),
    (b"OPT", Some(Family::Opera)),
    (b"OPX", Some(Family::Opera)),
    (b"SamsungBrowser", Some(Family::Samsung)),
    (b"YaBrowser", None),
    (b"Whale", None),
    (b"UCBrowser", None),
    (b"MiuiBrowser", None),
    (b"HuaweiBrowser", None),
    (b"QQBrowser", None),
    (b"Silk", None),
    (b"Electron", None),
    (b"DuckDuckGo", None),
    (b"Ddg", None),
    (b"GSA", None),
    (b"Focus", None),
    (b"Klar", None),
    (b"PaleMoon", None),
    (b"SeaMonkey", None),
    (b"Waterfox", None),
    (b"HeadlessChrome", None),
    (b"FxiOS", Some(Family::FirefoxIos)),
    (b"CriOS", Some(Family::ChromeIos)),
    (b"Firefox", Some(Family::Firefox)),
    (b"Chrome", Some(Family::Chrome)),
    (b"Chromium", Some(Family::Chrome)),
    (b"Trident", None),
];

/// Words that tell the system, the first that is found: iOS says "like Mac OS X", Android says "Linux", ChromeOS says "X11".
pub(super) const SYSTEMS: &[(&[u8], Os)] = &[
    (b"Windows Phone", Os::Unknown),
    (b"Windows", Os::Windows),
    (b"Android", Os::Android),
    (b"iPhone", Os::Ios),
    (b"iPad", Os::Ios),
    (b"iPod", Os::Ios),
    (b"Macintosh", Os::MacOs),
    (b"Mac OS X", Os::MacOs),
    (b"CrOS", Os::ChromeOs),
    (b"Tizen", Os::Unknown),
    (b"KAIOS", Os::Unknown),
    (b"Linux", Os::Linux),
    (b"X11", Os::Linux),
];
