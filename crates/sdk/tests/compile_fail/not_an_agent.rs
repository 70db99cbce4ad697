#![allow(unused)]

use conversimple::prelude::*;

struct Desk;

async fn serve() {
    let agent = Agent::from_env().unwrap();
    let _ = agent.serve(Desk).await;
}

fn main() {}
