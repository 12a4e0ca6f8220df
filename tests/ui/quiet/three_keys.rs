//! Three wrong keys in one attribute: three errors in one compile, and no fourth.
use session_policy::{UserSession, axum::session};

#[session(idel = "30m", absolut = "8h", bnd = "ua")]
//~^ ERROR unknown key `idel`, did you mean `idle`?
//~| ERROR unknown key `absolut`, did you mean `absolute`?
//~| ERROR unknown key `bnd`, did you mean `bind`?
pub async fn dashboard(me: UserSession) -> String {
    me.user().to_string()
}

fn main() {
    let _ = DashboardPolicy;
}
