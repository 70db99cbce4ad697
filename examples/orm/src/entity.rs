//! The tables of the guide agent that the shop reads, as SeaORM's entities.
//!
//! Decides what a row is. Which rows are asked for is decided in `queries.rs`.

/// Who can log in.
pub mod user {
    use std::fmt;

    use sea_orm::entity::prelude::*;

    /// A row.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "users")]
    pub struct Model {
        /// Its id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// The name that it logs in with.
        pub username: String,
        /// Its password as an argon2id hash.
        pub password_hash: PasswordHash,
    }

    /// A hash that no log shows: a model has to be `Debug`.
    #[derive(Clone, PartialEq, Eq, DeriveValueType)]
    pub struct PasswordHash(pub String);

    impl fmt::Debug for PasswordHash {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("PasswordHash")
        }
    }

    /// None that the shop follows.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Customers' records.
pub mod customer {
    use sea_orm::entity::prelude::*;

    /// A row.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "customers")]
    pub struct Model {
        /// Its id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// Whose it is.
        pub user_id: String,
        /// The whole name.
        pub name: String,
        /// The e-mail address, whole: it is masked where it is shown.
        pub email: String,
        /// The phone number, whole: it is masked where it is shown.
        pub phone: String,
    }

    /// None that the shop follows.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What is on the shelf.
pub mod product {
    use sea_orm::entity::prelude::*;

    /// A row.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "products")]
    pub struct Model {
        /// Its id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// What it is called.
        pub name: String,
        /// What it costs, in cents.
        pub price_cents: i64,
    }

    /// None that the shop follows.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
