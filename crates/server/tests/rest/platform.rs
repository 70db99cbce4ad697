//! A platform on a free port with a database of its own, and the smallest client that can talk to it.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use conversimple_guard::apikey::{ApiKey, KeyRecord, LIFETIME_DEFAULT, Mode, Pepper};
use conversimple_guard::seal::KeyRing;
use conversimple_server::{Limits, Listener, Server, Settings};
use conversimple_store::{Address, Operator, Store, Tenant};
use conversimple_wire::CustomerId;
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A platform that serves until the test is over.
pub(crate) struct Running {
    pub(crate) store: Store,
    pub(crate) folder: TempDir,
    address: SocketAddr,
}

impl Running {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ring = KeyRing::parse(&KeyRing::new_key([7; 32].into())).unwrap();
        let store = Store::open(&Address::file(folder.path().join("a.db")), ring)
            .await
            .unwrap();
        let settings = Settings {
            store: store.clone(),
            pepper: pepper(),
            voice: None,
            meaning: None,
            engine: None,
            talk: None,
            policies: Some(folder.path().join("policies")),
            secure: false,
            limits: Limits::default(),
        };
        let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = Listener::bind(any_port, None, false).await.unwrap();
        let server = Server::new(settings, listener);
        let address = server.address();
        tokio::spawn(server.serve(std::future::pending()));
        Self {
            store,
            folder,
            address,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A new customer and its key.
    pub(crate) async fn customer(&self, name: &str) -> (Tenant, String) {
        let fresh = CustomerId::parse(format!("cust_{name}")).unwrap();
        let customer = self
            .store
            .ensure_customer(&Operator::acting(), name, fresh, now())
            .await
            .unwrap();
        let tenant = Tenant::by_operator(&Operator::acting(), customer.id.clone());
        let key = new_key();
        let record = KeyRecord::of(
            &key,
            format!("key_{name}"),
            customer.id,
            &pepper(),
            now(),
            Some(LIFETIME_DEFAULT),
        );
        self.store.create_key(&tenant, &record).await.unwrap();
        (tenant, key.expose().to_owned())
    }

    /// Makes something and returns its id.
    pub(crate) async fn make(&self, key: &str, path: &str, body: Value) -> String {
        let (status, answer) = self.ask("POST", path, key, Some(&body.to_string())).await;
        assert_eq!(status, 200, "{answer}");
        answer["data"]["id"].as_str().unwrap().to_owned()
    }

    /// A connection that has asked for nothing yet.
    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// One request under `/api/v1`: the status, and the body, which is always JSON.
    pub(crate) async fn ask(
        &self,
        method: &str,
        path: &str,
        key: &str,
        body: Option<&str>,
    ) -> (u16, Value) {
        self.ask_at(method, &format!("/api/v1{path}"), key, body)
            .await
    }

    /// One request.
    pub(crate) async fn ask_at(
        &self,
        method: &str,
        path: &str,
        key: &str,
        body: Option<&str>,
    ) -> (u16, Value) {
        let body = body.unwrap_or_default();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {key}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.address,
            body.len(),
        );
        let mut stream = self.connect().await;
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let body =
            serde_json::from_str(body).unwrap_or_else(|_| panic!("{method} {path}: {answer}"));
        (status, body)
    }
}

/// A key that nobody was given.
pub(crate) fn new_key() -> ApiKey {
    let mut random = [0; 32];
    getrandom::fill(&mut random).unwrap();
    ApiKey::generate(Mode::Test, random)
}

fn pepper() -> Pepper {
    Pepper::new(vec![7; 32]).unwrap()
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap()
}
