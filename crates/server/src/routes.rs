//! How a table of routes becomes a router: what is not in the table cannot be reached, and who wants to know all paths
//! reads the table.

/// A table of methods and paths, and the function that builds its router.
macro_rules! routes {
    ($(#[$about:meta])* $table:ident, $router:ident: $($method:ident $path:literal => $handler:expr;)+) => {
        $(#[$about])*
        pub(crate) const $table: &[(&str, &str)] = &[$((stringify!($method), $path)),+];

        fn $router() -> axum::Router<std::sync::Arc<crate::platform::Platform>> {
            axum::Router::new()$(.route($path, axum::routing::$method($handler)))+
        }
    };
}

pub(crate) use routes;
