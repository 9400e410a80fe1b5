// The main job with Microsoft's own client: configuration, upload, run, groups,
// one PATCH and another run. It writes what it saw as one JSON object, and
// fails at the first answer that is not as it should be.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { GraphError, PageIterator } from "@microsoft/microsoft-graph-client";
import { comingIn, goingOut, substitutesOnly } from "./configuration.mjs";
import { connect, fromEnvironment } from "./connection.mjs";
import { industry, run, session, validate } from "./steps.mjs";

async function upload(client, connector, folder) {
  const { sessionUrl } = await session(client, connector);
  for (const name of await readdir(folder)) {
    const file = new URL(sessionUrl);
    file.pathname += `/${name}`;
    const answer = await fetch(file, {
      method: "PUT",
      headers: { "x-ms-blob-type": "BlockBlob" },
      body: await readFile(`${folder}/${name}`),
    });
    assert.equal(answer.status, 201, `upload of ${name}`);
  }
  return validate(client, connector);
}

// pages counts the entities that PageIterator finds by following @odata.nextLink,
// and how often it had to ask.
async function pages(client, request) {
  let entities = 0;
  let asked = 1;
  const first = await request.get();
  const iterator = new PageIterator(client, first, () => {
    entities++;
    return true;
  });
  for (let next = first["@odata.nextLink"]; next; asked++) {
    assert.match(next, /^https:/, "the client takes any other address for a path");
    next = (await client.api(next).get())["@odata.nextLink"];
  }
  await iterator.iterate();
  return { entities, asked };
}

// refused returns what the client makes of the error that a request answers with.
async function refused(request) {
  const error = await request.then(
    () => assert.fail("the request was not refused"),
    (reason) => reason,
  );
  assert.ok(error instanceof GraphError, String(error));
  assert.match(error.requestId ?? "", /^[0-9a-f-]{36}$/, "an error names its request");
  assert.ok(error.date instanceof Date && !Number.isNaN(error.date.valueOf()), "an error has a date");
  return { status: error.statusCode, code: error.code, message: error.message };
}

async function refusals(client, { flows, classes }, { source }) {
  const flow = client.api(`${flows}/${classes.id}`);
  const codes = (code) => ({ configuration: { enrollmentMappings: { memberEnrollmentMappings: [{ code }] } } });
  return {
    unknownRole: await refused(flow.patch(codes("wizard"))),
    unknownProperty: await refused(flow.patch({ color: "red" })),
    secondFlow: await refused(client.api(flows).post(classes)),
    inUse: await refused(client.api(`${industry}/sourceSystems/${source.id}`).delete()),
    unknown: await refused(client.api(`${industry}/years/nothing`).get()),
    noPermission: await refused(client.api(`${industry}/referenceDefinitions/RefRole-teacher`).get()),
  };
}

async function group(client, nickname) {
  const { value } = await client
    .api("/groups")
    .version("v1.0")
    .filter(`mailNickname eq '${nickname}'`)
    .select(["id", "displayName", "courseTitle", "courseCode"])
    .get();
  assert.equal(value.length, 1, nickname);
  const { id, ...found } = value[0];
  const names = async (role) => {
    const people = await client.api(`/groups/${id}/${role}`).version("v1.0").get();
    return people.value.map((person) => person.userPrincipalName).sort();
  };
  return { ...found, owners: await names("owners"), members: await names("members") };
}

async function change(client, { flows, classes }) {
  const path = `${flows}/${classes.id}`;
  const before = await client.api(path).get();
  assert.equal(await client.api(path).patch(substitutesOnly()), undefined, "204 has no content");
  const after = await client.api(path).get();
  assert.ok(after.lastModifiedDateTime > before.lastModifiedDateTime);
  return after.configuration;
}

async function tour(client, folder, nickname) {
  const seen = {};
  const incoming = await comingIn(client, "harbor.example");
  const outgoing = await goingOut(client);
  const operation = await upload(client, incoming.connector.id, folder);
  seen.upload = { status: operation.status, errors: operation.errors.length, files: operation.validatedFiles.length };
  seen.runs = [await run(client)];
  seen.before = await group(client, nickname);
  seen.configuration = await change(client, outgoing);
  seen.runs.push(await run(client));
  seen.after = await group(client, nickname);
  seen.definitions = await pages(client, client.api(`${industry}/referenceDefinitions`).top(100));
  seen.users = await pages(client, client.api("/users").version("v1.0").select("id").top(10));
  seen.refused = await refusals(client, outgoing, incoming);
  await client.api(`${industry}/outboundProvisioningFlowSets/${outgoing.set.id}`).delete();
  seen.sets = (await client.api(`${industry}/outboundProvisioningFlowSets`).get()).value.length;
  return seen;
}

const [folder, nickname] = process.argv.slice(2);
console.log(JSON.stringify(await tour(connect(fromEnvironment()), folder, nickname)));
