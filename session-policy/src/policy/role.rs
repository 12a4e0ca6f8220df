//! Roles: one enum of the application, a policy per variant.

use super::{Deviation, Place, Rules};

/// An enum of roles, implemented by `#[derive(SessionPolicy)]` on an enum; `()` stands for "no roles".
///
/// ```
/// use session_policy::policy::Roles;
/// assert!(<() as Roles>::TABLE.roles.is_empty());
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an enum of session roles",
    label = "not an enum of roles",
    note = "write `#[derive(SessionPolicy)]` above the enum, or use `()` if there are no roles"
)]
pub trait Roles: Copy + Send + Sync + 'static {
    /// Every role with its stored name and its rules, in the order of the variants.
    const TABLE: RoleTable;
    /// The variants, in the same order.
    const ALL: &'static [Self];

    /// The set of this one role.
    fn role_set(self) -> RoleSet;
}

impl Roles for () {
    const TABLE: RoleTable = RoleTable { name: "()", unique: "()", roles: &[] };
    const ALL: &'static [Self] = &[];

    fn role_set(self) -> RoleSet {
        RoleSet { table: Self::TABLE, bits: 0 }
    }
}

/// All roles of one enum.
#[derive(Clone, Copy, Debug)]
pub struct RoleTable {
    /// The enum's name, for messages.
    pub name: &'static str,
    /// A string that no other enum of roles has (its path and place), for comparison in constants.
    pub unique: &'static str,
    /// The roles, at most 64, in the order of the variants.
    pub roles: &'static [RoleSpec],
}

impl RoleTable {
    /// Whether the sessions of any role are counted (`max_sessions`), so that the store has to admit them. See
    /// [`Needs`](super::Needs).
    ///
    /// ```
    /// use session_policy::policy::Roles;
    /// assert!(!<() as Roles>::TABLE.needs_admission());
    /// ```
    #[must_use]
    pub const fn needs_admission(&self) -> bool {
        let mut rest = self.roles;
        while let Some((role, tail)) = rest.split_first() {
            if role.rules.limit.is_some() {
                return true;
            }
            rest = tail;
        }
        false
    }
}

/// One role.
#[derive(Clone, Copy, Debug)]
pub struct RoleSpec {
    /// The variant's name, for messages.
    pub variant: &'static str,
    /// The name that the session remembers: the variant's, or `id = "…"`.
    pub id: &'static str,
    /// What the role adds to the base.
    pub rules: Rules,
    /// Where it is written.
    pub place: Place,
    /// The published standards that it keeps.
    pub profiles: &'static [&'static str],
    /// Documented reasons.
    pub deviations: &'static [Deviation],
}

/// A set of roles of one enum: the key `role`.
#[derive(Clone, Copy, Debug)]
pub struct RoleSet {
    table: RoleTable,
    bits: u64,
}

impl RoleSet {
    /// The role at `index` of `table`.
    #[must_use]
    pub const fn one(table: RoleTable, index: usize) -> Self {
        assert!(index < 64, "an enum of session roles has at most 64 variants");
        Self { table, bits: 1 << index }
    }

    /// Several roles of one enum.
    ///
    /// # Panics
    /// In a constant, that is at compile time: for an empty list, and for roles of two enums.
    #[must_use]
    #[track_caller]
    #[allow(clippy::panic, reason = "for constants: the panic is a compile error at the list")]
    pub const fn any_of(sets: &[Self]) -> Self {
        let Some((first, mut rest)) = sets.split_first() else {
            panic!("a list of roles needs at least one role");
        };
        let mut all = *first;
        while let Some((next, tail)) = rest.split_first() {
            assert!(
                same_text(all.table.unique, next.table.unique),
                "the roles of one policy must be variants of one enum [roles-of-two-enums]"
            );
            all.bits |= next.bits;
            rest = tail;
        }
        all
    }

    /// The roles that both allow. Sets of two enums have none in common.
    #[must_use]
    pub const fn meet(self, other: Self) -> Self {
        let bits = if same_text(self.table.unique, other.table.unique) { self.bits & other.bits } else { 0 };
        Self { table: self.table, bits }
    }

    /// Whether both are the same roles of the same enum, in constants.
    pub(super) const fn same_as(self, other: Self) -> bool {
        self.bits == other.bits && same_text(self.table.unique, other.table.unique)
    }

    /// Whether no role is left.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.bits == 0
    }

    /// Whether the role at `index` of the table is in the set.
    #[must_use]
    pub const fn contains(self, index: usize) -> bool {
        index < 64 && self.bits & (1 << index) != 0
    }

    /// The enum's table.
    #[must_use]
    pub const fn table(self) -> RoleTable {
        self.table
    }

    /// Whether the set belongs to the enum that `table` describes.
    #[must_use]
    pub const fn is_of(self, table: RoleTable) -> bool {
        same_text(self.table.unique, table.unique)
    }

    /// The roles in the set.
    pub fn iter(self) -> impl Iterator<Item = &'static RoleSpec> {
        self.table.roles.iter().enumerate().filter(move |(index, _)| self.contains(*index)).map(|(_, role)| role)
    }
}

impl PartialEq for RoleSet {
    fn eq(&self, other: &Self) -> bool {
        self.bits == other.bits && (self.bits == 0 || self.table.unique == other.table.unique)
    }
}

impl Eq for RoleSet {}

/// The role with this stored name; `None` if there is none, or if `R` is not the enum that the sessions were built with.
pub(crate) fn role_of<R: Roles>(built_with: RoleTable, id: &str) -> Option<R> {
    if R::TABLE.unique != built_with.unique {
        return None;
    }
    let index = R::TABLE.roles.iter().position(|role| role.id == id)?;
    R::ALL.get(index).copied()
}

/// `==` on strings, in constants.
pub(crate) const fn same_text(a: &str, b: &str) -> bool {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    loop {
        match (a.split_first(), b.split_first()) {
            (None, None) => return true,
            (Some((x, a_rest)), Some((y, b_rest))) if *x == *y => {
                a = a_rest;
                b = b_rest;
            }
            _ => return false,
        }
    }
}
