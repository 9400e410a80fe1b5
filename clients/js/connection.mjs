// How a program points Microsoft's client at Rollbook instead of Microsoft Graph.
import { Client } from "@microsoft/microsoft-graph-client";

/** The server and the client's credentials, as `rollbook client add` printed them. */
export function fromEnvironment(env = process.env) {
  const at = {
    url: env.ROLLBOOK_URL,
    tenant: env.ROLLBOOK_TENANT,
    client: env.ROLLBOOK_CLIENT,
    secret: env.ROLLBOOK_SECRET,
  };
  for (const [name, value] of Object.entries(at)) {
    if (!value) {
      throw new Error(`ROLLBOOK_${name.toUpperCase()} is not set`);
    }
  }
  return at;
}

/** Returns a Graph client. It sends the token to https hosts in customHosts only. */
export function connect(at) {
  const base = new URL("/", at.url);
  return Client.init({
    baseUrl: base.href,
    defaultVersion: "beta",
    customHosts: new Set([base.hostname]),
    authProvider: tokens(at),
  });
}

// tokens returns a provider that asks for one token and keeps it: it lasts an hour.
function tokens(at) {
  let token;
  return (done) => {
    token ??= askForToken(at);
    token.then(
      (value) => done(null, value),
      (error) => done(error, null),
    );
  };
}

/** Returns a token for the client, which lasts an hour. */
export async function askForToken(at) {
  const answer = await fetch(new URL(`/${at.tenant}/oauth2/v2.0/token`, at.url), {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: at.client,
      client_secret: at.secret,
      scope: new URL("/.default", at.url).href,
    }),
  });
  const body = await answer.json();
  if (!answer.ok) {
    throw new Error(`no token: ${body.error}: ${body.error_description}`);
  }
  return body.access_token;
}
