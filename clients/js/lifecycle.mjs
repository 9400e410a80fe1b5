// The life of an entity of every type with Microsoft's client for Graph:
// created, listed, read in part and with what it refers to, counted, changed,
// deleted, alone and in batches. It writes what it saw as one JSON object.
import assert from "node:assert/strict";
import { BatchRequestContent, BatchResponseContent, PageIterator, ResponseType } from "@microsoft/microsoft-graph-client";
import { bodies } from "./bodies.mjs";
import { connect, fromEnvironment } from "./connection.mjs";
import { industry } from "./steps.mjs";

// create makes one entity of every type. Each body refers to those before it.
async function create(client) {
  const known = {};
  const made = [];
  for (let i = 0; i < bodies(known).length; i++) {
    const { collection, name, type, body, change } = bodies(known)[i];
    const path = `${industry}/${collection}`;
    const answer = await client.api(path).post(type ? { "@odata.type": type, ...body } : body);
    assert.ok(answer.id, name);
    known[name] = answer.id;
    made.push({ name, path, type, body, change, id: answer.id, answer });
  }
  return made;
}

// agrees asserts that an answer says what was sent, as far as it is sent back.
function agrees(sent, got, where) {
  for (const [name, value] of Object.entries(sent)) {
    if (name.includes("@") || ["clientSecret", "password"].includes(name)) {
      continue;
    }
    if (value !== null && typeof value === "object") {
      assert.ok(got[name], `${where}/${name}`);
      agrees(value, got[name], `${where}/${name}`);
    } else {
      assert.equal(got[name], value, `${where}/${name}`);
    }
  }
}

async function read(client, { name, path, type, body, id }) {
  const one = await client.api(`${path}/${id}`).get();
  agrees(body, one, name);
  if (type) {
    assert.equal(one["@odata.type"], type);
  }
  const label = body.displayName ? "displayName" : "id";
  const part = await client.api(`${path}('${id}')`).select(["id", label]).get();
  assert.deepEqual(Object.keys(part).filter((key) => !key.includes("@")).sort(), [...new Set(["id", label])].sort(), name);
  const listed = await client.api(path).filter(`id eq '${id}'`).count(true).orderby("id desc").top(5).get();
  assert.equal(listed["@odata.count"], 1);
  assert.deepEqual(listed.value.map((entity) => entity.id), [id]);
  const counted = await client.api(`${path}/$count`).responseType(ResponseType.TEXT).get();
  assert.ok(Number(counted) >= 1, `${name}: ${counted}`);
  return one["@odata.type"] ?? null;
}

async function change(client, { name, path, type, change: patch, id }) {
  const body = type ? { "@odata.type": type, ...patch } : patch;
  assert.equal(await client.api(`${path}/${id}`).patch(body), undefined, `${name}: 204 has no content`);
  agrees(patch, await client.api(`${path}/${id}`).get(), name);
  const shown = await client.api(`${path}/${id}`).header("Prefer", "return=representation").patch(body);
  assert.equal(shown.id, id);
}

// pages reads a collection one entity at a time by PageIterator.
async function pages(client, path) {
  const ids = [];
  const first = await client.api(path).top(1).select("id").get();
  const iterator = new PageIterator(client, first, (entity) => {
    ids.push(entity.id);
    return true;
  });
  await iterator.iterate();
  assert.ok(iterator.isComplete());
  return new Set(ids).size;
}

async function expansions(client, ids) {
  const flow = await client.api(`${industry}/inboundFlows/${ids.fileFlow}`).expand("dataConnector,year").get();
  const connector = await client.api(`${industry}/dataConnectors/${ids.api}`).expand("sourceSystem($select=vendor)").get();
  const set = await client.api(`${industry}/outboundProvisioningFlowSets/${ids.set}`).expand("provisioningFlows").get();
  const followed = await client.api(`${industry}/inboundFlows/${ids.fileFlow}/dataConnector`).get();
  return {
    connectorOfFlow: flow.dataConnector["@odata.type"],
    yearOfFlow: flow.year.displayName,
    vendorOfConnector: connector.sourceSystem.vendor,
    flowsOfSet: set.provisioningFlows.map((one) => one["@odata.type"]).sort(),
    followed: followed.id === ids.files,
  };
}

// actions calls what is no creating, reading, changing or deleting.
async function actions(client, ids) {
  const qualified = "microsoft.graph.industryData";
  const status = async (path, method = "post") => (await client.api(path).responseType(ResponseType.RAW)[method]()).status;
  const flow = `${industry}/outboundProvisioningFlowSets/${ids.set}/provisioningFlows/${ids.classes}`;
  const seen = {
    reset: await status(`${flow}/${qualified}.reset`),
    start: await status(`${industry}/runs/${qualified}.start`),
    session: await status(`${industry}/dataConnectors/${ids.files}/${qualified}.azureDataLakeConnector/getUploadSession`, "get"),
    validate: await status(`${industry}/inboundFlows/${ids.fileFlow}/dataConnector/validate`),
  };
  let runs = [];
  while (!runs.some(({ status: state }) => state !== "running")) {
    runs = (await client.api(`${industry}/runs`).get()).value;
  }
  const statistics = await client.api(`${industry}/runs/${runs[0].id}/${qualified}.getStatistics()`).get();
  assert.equal(statistics.runId, runs[0].id);
  assert.equal((await client.api(`${industry}/runs/getStatistics`).get()).runId, runs[0].id);
  const { value } = await client.api(`${industry}/runs/${runs[0].id}/activities`).get();
  seen.activities = value.map((activity) => `${activity["@odata.type"]} ${activity.status}`).sort();
  return seen;
}

// batches reads in one request what was made, and makes something and reads it in another.
async function batches(client, made) {
  const request = (path, options = {}) => new Request(`https://graph.microsoft.com${path}`, options);
  const reads = made.map(({ path, id }, i) => ({ id: String(i), request: request(`${path}/${id}?$select=id`) }));
  const answers = await send(client, reads);
  const found = made.map((_, i) => answers.getResponseById(String(i)).status);
  const year = { displayName: "Last year", startDate: "2025-08-01", endDate: "2026-07-31", year: { code: "2025" } };
  const post = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(year) };
  const ordered = await send(client, [
    { id: "make", request: request(`${industry}/years`, post) },
    { id: "look", request: request(`${industry}/years/nothing`), dependsOn: ["make"] },
    { id: "never", request: request(`${industry}/years`), dependsOn: ["look"] },
  ]);
  const { id } = await ordered.getResponseById("make").json();
  await client.api(`${industry}/years/${id}`).delete();
  return { found, ordered: ["make", "look", "never"].map((step) => ordered.getResponseById(step).status) };
}

async function send(client, steps) {
  const content = await new BatchRequestContent(steps).getContent();
  return new BatchResponseContent(await client.api("/$batch").post(content));
}

// remove deletes everything, what refers to others first.
async function remove(client, made) {
  const left = {};
  for (const { name, path, id } of made.toReversed?.() ?? [...made].reverse()) {
    await client.api(`${path}/${id}`).delete();
    const after = await client.api(`${path}/${id}`).get().then(
      (entity) => (entity.isDisabled ? "disabled" : "there"),
      (error) => error.statusCode,
    );
    left[name] = after;
  }
  return left;
}

async function lifecycle(client) {
  const seen = { types: {} };
  const made = await create(client);
  const ids = Object.fromEntries(made.map(({ name, id }) => [name, id]));
  for (const one of made) {
    seen.types[one.name] = await read(client, one);
    await change(client, one);
  }
  const lists = ["sourceSystems", "dataConnectors", "years", "inboundFlows", "outboundProvisioningFlowSets", "roleGroups"];
  seen.pages = [];
  for (const path of [...lists, `outboundProvisioningFlowSets/${ids.set}/provisioningFlows`]) {
    seen.pages.push(await pages(client, `${industry}/${path}`));
  }
  seen.expansions = await expansions(client, ids);
  seen.batches = await batches(client, made);
  seen.actions = await actions(client, ids);
  seen.left = await remove(client, made);
  return seen;
}

console.log(JSON.stringify(await lifecycle(connect(fromEnvironment()))));
