"""Drives the published client (conversimple-sdk 0.2.4) through everything that its API package offers."""

import os

from conversimple.api import NotFoundError, PlatformClient, UnauthorizedError, ValidationError

endpoint = os.environ["CONVERSIMPLE_API_ENDPOINT"]


def refused(kind, call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} was expected")


def agents(client):
    config = {"voice": "joe", "nested": {"a": [1, 2.5, None, "é'; DROP TABLE agents; --"]}}
    bank = client.agents.create_agent("Bank", "Answers about accounts", agent_config=config)
    assert (bank.status, bank.version, bank.agent_config) == ("draft", 1, config)
    for number in range(4):
        client.agents.create_agent(f"Shop {number}", "100% of it")
    listed, meta = client.agents.list_agents(page=2, per_page=2)
    assert meta == {"page": 2, "per_page": 2, "total_count": 5} and len(listed) == 2
    found, meta = client.agents.list_agents(search="100%")
    assert meta["total_count"] == 4 and all(agent.name.startswith("Shop") for agent in found)
    changed = client.agents.update_agent(bank.id, name="Savings bank", status="archived")
    assert (changed.name, changed.status, changed.version) == ("Savings bank", "archived", 2)
    assert changed.updated_at >= changed.created_at
    assert client.agents.publish_agent(bank.id).status == "published"
    published, _ = client.agents.list_agents(status="published")
    assert [agent.id for agent in published] == [bank.id]
    assert client.agents.get_agent(bank.id).description == "Answers about accounts"
    assert isinstance(client.agents.get_agent_spec(bank.id), dict)
    assert client.agents.get_agent_generation_status(bank.id)["status"] == "completed"
    error = refused(ValidationError, client.agents.create_agent, "", "")
    assert "name" in error.errors and str(error).startswith("[422]")
    refused(ValidationError, client.agents.update_agent, bank.id, status="gone")
    refused(NotFoundError, client.agents.get_agent, "agent_unknown")
    return bank.id, found[0].id


def deployments(client, agent_id):
    made = client.deployments.create_deployment(
        "Front page", agent_id, "widget", channel_config={"theme": "dark"}, engagement_rules={"after": 5}
    )
    assert (made.status, made.environment, made.agent_id) == ("pending", "widget", agent_id)
    assert (made.channel_config, made.engagement_rules) == ({"theme": "dark"}, {"after": 5})
    phone = client.deployments.create_deployment(
        "Hotline", agent_id, "phone", environment="production", call_direction="inbound"
    )
    assert client.deployments.activate_deployment(phone.id).status == "active"
    active, meta = client.deployments.list_deployments(agent_id=agent_id, status="active", environment="production")
    assert [one.id for one in active] == [phone.id] and meta["total_count"] == 1
    assert client.deployments.deactivate_deployment(phone.id).status == "inactive"
    assert client.deployments.update_deployment(made.id, name="Door", environment="staging").name == "Door"
    assert client.deployments.get_deployment(made.id).environment == "staging"
    client.deployments.delete_deployment(phone.id)
    refused(NotFoundError, client.deployments.get_deployment, phone.id)
    error = refused(ValidationError, client.deployments.create_deployment, "x", "agent_unknown", "sdk")
    assert "agent_id" in error.errors
    return made.id


def key(client):
    info = client.api_keys.get_api_key_info()
    assert info.status == "active" and len(info.last_4_chars) == 4
    usage = client.api_keys.get_api_key_usage()
    assert 0 < usage.requests_24h <= usage.requests_month and 0 < usage.rate_limit_remaining <= usage.rate_limit
    new = PlatformClient(client.api_keys.rotate_api_key()["new_api_key"], endpoint)
    assert new.api_keys.get_api_key_info().status == "active"
    assert client.api_keys.get_api_key_info().status == "rotated"
    return new


refused(UnauthorizedError, PlatformClient("cs_test_nothing", endpoint).agents.list_agents)
client = PlatformClient(os.environ["CONVERSIMPLE_API_KEY"], endpoint)
bank, shop = agents(client)
deployment = deployments(client, bank)
client = key(client)
client.agents.delete_agent(shop)
client.agents.delete_agent(bank)
refused(NotFoundError, client.agents.get_agent, bank)
refused(NotFoundError, client.deployments.get_deployment, deployment)
print("all as published")
