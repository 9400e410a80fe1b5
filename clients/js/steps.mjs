// What every program of this folder does: wait, check an upload, run.
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { ResponseType } from "@microsoft/microsoft-graph-client";

export const industry = "/external/industryData";

/** Reads what an address holds until it is no longer being worked on. */
export async function finished(client, path, read = (answer) => answer) {
  for (;;) {
    const state = read(await client.api(path).get());
    if (!["notStarted", "running"].includes(state?.status ?? "running")) {
      return state;
    }
    await pause(100);
  }
}

/** Returns the connector's upload session. */
export async function session(client, connector) {
  const path = `${industry}/dataConnectors/${connector}`;
  return client.api(`${path}/microsoft.graph.industryData.azureDataLakeConnector/getUploadSession`).get();
}

/** Has the upload of a connector checked, and returns the operation when it is over. */
export async function validate(client, connector) {
  const path = `${industry}/dataConnectors/${connector}/validate`;
  const answer = await client.api(path).responseType(ResponseType.RAW).post({});
  assert.equal(answer.status, 202);
  return finished(client, new URL(answer.headers.get("location")).pathname.replace("/beta", ""));
}

/** Starts a run and returns its state when it is over. */
export async function run(client) {
  const before = (await client.api(`${industry}/runs`).get()).value.length;
  await client.api(`${industry}/runs/start`).post();
  const last = await finished(client, `${industry}/runs`, ({ value }) =>
    value.length > before ? value[0] : undefined,
  );
  const statistics = await client.api(`${industry}/runs/${last.id}/getStatistics`).get();
  assert.equal(statistics.runId, last.id);
  return last.status;
}
