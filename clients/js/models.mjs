// industryData with the models and serializers of Microsoft's TypeScript SDK for
// Graph beta, sent by its request adapter. The package of request builders for
// this part of Graph is not published, so addresses are written here. What the
// SDK made of each answer is written as one JSON object.
import assert from "node:assert/strict";
import {
  BaseBearerTokenAuthenticationProvider,
  DateOnly,
  AllowedHostsValidator,
  HttpMethod,
  RequestInformation,
} from "@microsoft/kiota-abstractions";
import { FetchRequestAdapter } from "@microsoft/kiota-http-fetchlibrary";
import { JsonParseNodeFactory, JsonSerializationWriterFactory } from "@microsoft/kiota-serialization-json";
import * as models from "@microsoft/msgraph-beta-sdk/models/industryData/index.js";
import { createODataErrorFromDiscriminatorValue } from "@microsoft/msgraph-beta-sdk/models/oDataErrors/index.js";
import { createLongRunningOperationFromDiscriminatorValue } from "@microsoft/msgraph-beta-sdk/models/index.js";
import { askForToken, fromEnvironment } from "./connection.mjs";

const typed = (name) => `#microsoft.graph.industryData.${name}`;

// derived returns a value of a type that stands where its base is declared. This
// version of the SDK writes only the base's members of such a value, and what
// is given as additional data.
const derived = (name, members) => ({ odataType: typed(name), additionalData: members });

function adapterFor(at, token) {
  const tokens = {
    getAuthorizationToken: async () => token,
    getAllowedHostsValidator: () => new AllowedHostsValidator(new Set([new URL(at.url).hostname])),
  };
  const adapter = new FetchRequestAdapter(
    new BaseBearerTokenAuthenticationProvider(tokens),
    new JsonParseNodeFactory(),
    new JsonSerializationWriterFactory(),
  );
  adapter.baseUrl = new URL("/beta", at.url).href;
  return adapter;
}

/** The calls that a request builder of the SDK would make. */
class Industry {
  constructor(adapter) {
    this.adapter = adapter;
  }
  request(method, path, model, serialize) {
    const info = new RequestInformation(method, `{+baseurl}/external/industryData/${path}`, { baseurl: this.adapter.baseUrl });
    info.headers.tryAdd("Accept", "application/json");
    if (model) {
      info.setContentFromParsable(this.adapter, "application/json", model, serialize);
    }
    return info;
  }
  get(path, type) {
    return this.adapter.send(this.request(HttpMethod.GET, path), factory(type), errors);
  }
  post(path, type, model) {
    return this.adapter.send(this.request(HttpMethod.POST, path, model, models[`serialize${type}`]), factory(type), errors);
  }
  patch(path, type, model) {
    return this.adapter.send(this.request(HttpMethod.PATCH, path, model, models[`serialize${type}`]), factory(type), errors);
  }
  call(method, path) {
    return this.adapter.sendNoResponseContent(this.request(method, path), errors);
  }
}

const errors = { XXX: createODataErrorFromDiscriminatorValue };

const factory = (type) =>
  type === "LongRunningOperation"
    ? createLongRunningOperationFromDiscriminatorValue
    : models[`create${type}FromDiscriminatorValue`];

// extra returns the members of an answer that the SDK has no place for.
const extra = (model) => Object.keys(model.additionalData ?? {}).filter((name) => !name.startsWith("@odata."));

async function comingIn(industry) {
  const bind = (collection, id) => `https://graph.microsoft.com/beta/external/industryData/${collection}('${id}')`;
  const source = await industry.post("sourceSystems", "SourceSystemDefinition", {
    displayName: "Registry",
    userMatchingSettings: [
      {
        matchTarget: { code: "userPrincipalName" },
        sourceIdentifier: { code: "username" },
        priorityOrder: 0,
        additionalData: { "roleGroup@odata.bind": bind("roleGroups", "staff") },
      },
    ],
  });
  const sourceBind = { "sourceSystem@odata.bind": bind("sourceSystems", source.id) };
  const files = await industry.post("dataConnectors", "AzureDataLakeConnector", {
    odataType: typed("azureDataLakeConnector"),
    displayName: "Files",
    additionalData: sourceBind,
  });
  const api = await industry.post("dataConnectors", "OneRosterApiDataConnector", {
    odataType: typed("oneRosterApiDataConnector"),
    displayName: "OneRoster",
    apiFormat: "oneRoster",
    apiVersion: "1.1",
    baseUrl: "https://registry.example/ims/oneroster/v1p1",
    isContactsEnabled: false,
    isDemographicsEnabled: false,
    isFlagsEnabled: false,
    credential: derived("oAuth1ClientCredential", {
      displayName: "Registry's client",
      clientId: "rollbook",
      clientSecret: "not to be seen again",
    }),
    additionalData: sourceBind,
  });
  const year = await industry.post("years", "YearTimePeriodDefinition", {
    displayName: "This year",
    startDate: new DateOnly({ year: 2026, month: 8, day: 1 }),
    endDate: new DateOnly({ year: 2027, month: 7, day: 31 }),
    year: { code: "2026" },
  });
  const inbound = (type, displayName, connector) =>
    industry.post("inboundFlows", type, {
      odataType: typed(type[0].toLowerCase() + type.slice(1)),
      displayName,
      dataDomain: "educationRostering",
      effectiveDateTime: new Date("2026-08-01T00:00:00Z"),
      additionalData: {
        "dataConnector@odata.bind": bind("dataConnectors", connector.id),
        "year@odata.bind": bind("years", year.id),
      },
    });
  const fileFlow = await inbound("InboundFileFlow", "From files", files);
  const apiFlow = await inbound("InboundApiFlow", "From OneRoster", api);
  return { source, files, api, year, fileFlow, apiFlow };
}

async function goingOut(industry) {
  const set = await industry.post("outboundProvisioningFlowSets", "OutboundProvisioningFlowSet", {
    displayName: "One school",
    filter: derived("basicFilter", { attribute: "orgExternalId", in: ["s-110"] }),
  });
  const path = `outboundProvisioningFlowSets/${set.id}/provisioningFlows`;
  const flow = (type, model) => industry.post(path, type, { odataType: typed(type[0].toLowerCase() + type.slice(1)), ...model });
  await flow("ClassGroupProvisioningFlow", {
    configuration: {
      additionalAttributes: ["courseTitle", "classCode"],
      additionalOptions: { createTeam: true, writeDisplayNameOnCreateOnly: true },
      enrollmentMappings: { ownerEnrollmentMappings: [{ code: "teacher" }], memberEnrollmentMappings: [{ code: "student" }] },
    },
  });
  await flow("UserProvisioningFlow", {
    createUnmatchedUsers: true,
    creationOptions: {
      configurations: [
        {
          defaultPasswordSettings: derived("simplePasswordSettings", { password: "Once-4-All!" }),
          licenseSkus: [],
          additionalData: { "roleGroup@odata.bind": "external/industryData/roleGroups/staff" },
        },
      ],
    },
    managementOptions: { additionalAttributes: ["userNumber"], additionalOptions: { allowStudentContactAssociation: true } },
  });
  await flow("SecurityGroupProvisioningFlow", { creationOptions: { createBasedOnOrgPlusRoleGroup: true, createBasedOnRoleGroup: true } });
  await flow("AdministrativeUnitProvisioningFlow", { creationOptions: { createBasedOnOrg: true, createBasedOnOrgPlusRoleGroup: true } });
  return { set, path };
}

// flowsOf says of each flow of a set what only its own type has.
async function flowsOf(industry, path) {
  const { value } = await industry.get(path, "ProvisioningFlowCollectionResponse");
  const seen = {};
  for (const flow of value) {
    assert.deepEqual(extra(flow), [], flow.odataType);
    assert.ok(flow.createdDateTime instanceof Date && flow.readinessStatus, flow.odataType);
    const one = await industry.get(`${path}/${flow.id}`, "ProvisioningFlow");
    assert.equal(one.odataType, flow.odataType);
    seen[flow.odataType] = {
      owners: flow.configuration?.enrollmentMappings.ownerEnrollmentMappings.map(({ code }) => code),
      attributes: flow.configuration?.additionalAttributes,
      password: flow.creationOptions?.configurations?.[0].defaultPasswordSettings.password,
      numbers: flow.managementOptions?.additionalAttributes,
      byRole: flow.creationOptions?.createBasedOnRoleGroup,
      byOrg: flow.creationOptions?.createBasedOnOrg,
    };
  }
  return seen;
}

async function refusal(request) {
  const error = await request.then(
    () => assert.fail("the request was not refused"),
    (reason) => reason,
  );
  const { code, message, innerError } = error.errorEscaped;
  assert.ok(message && innerError.requestId && innerError.date instanceof Date);
  return { status: error.responseStatusCode, code, message };
}

// until reads until what is read is as it should be.
async function until(read, good) {
  for (;;) {
    const state = await read();
    if (good(state)) {
      return state;
    }
  }
}

async function work(industry, { path }) {
  const classes = (await industry.get(path, "ProvisioningFlowCollectionResponse")).value.find(({ configuration }) => configuration);
  await industry.patch(`${path}/${classes.id}`, "ClassGroupProvisioningFlow", {
    odataType: classes.odataType,
    configuration: { additionalAttributes: ["courseCode"] },
  });
  await industry.call(HttpMethod.POST, `${path}/${classes.id}/microsoft.graph.industryData.reset`);
  await industry.call(HttpMethod.POST, "runs/microsoft.graph.industryData.start");
  const { value } = await until(
    () => industry.get("runs", "IndustryDataRunCollectionResponse"),
    (list) => list.value.some(({ status }) => status !== "running"),
  );
  const statistics = await industry.get(`runs/${value[0].id}/microsoft.graph.industryData.getStatistics()`, "IndustryDataRunStatistics");
  const activities = await industry.get(`runs/${value[0].id}/activities`, "IndustryDataRunActivityCollectionResponse");
  return {
    changed: (await industry.get(`${path}/${classes.id}`, "ProvisioningFlow")).configuration.additionalAttributes,
    run: [value[0].status, value[0].startDateTime instanceof Date],
    statistics: [statistics.runId === value[0].id, typeof statistics.inboundTotals.errors],
    activities: activities.value.map(({ odataType, displayName, status }) => [odataType, Boolean(displayName), status]).sort(),
    statisticsOf: statistics.activityStatistics.map(({ odataType }) => odataType),
  };
}

async function life(industry) {
  const incoming = await comingIn(industry);
  const outgoing = await goingOut(industry);
  const connectors = (await industry.get("dataConnectors", "IndustryDataConnectorCollectionResponse")).value;
  const inbound = (await industry.get("inboundFlows?$expand=dataConnector,year", "InboundFlowCollectionResponse")).value;
  await industry.adapter.sendPrimitive(industry.request(HttpMethod.GET, `dataConnectors/${incoming.files.id}/getUploadSession`), "ArrayBuffer", errors);
  await industry.call(HttpMethod.POST, `dataConnectors/${incoming.files.id}/microsoft.graph.industryData.validate`);
  const operation = await until(
    async () => (await listOperations(industry))[0],
    (one) => !["notStarted", "running"].includes(one.status),
  );
  const seen = {
    connectors: connectors.map(({ odataType, baseUrl, credential, fileFormat }) => ({ odataType, baseUrl, credential: credential?.odataType, secret: credential?.clientSecret, fileFormat: fileFormat?.code })),
    inbound: inbound.map(({ odataType, dataConnector, year, dataDomain }) => ({ odataType, connector: dataConnector.odataType, year: year.startDate.toString(), dataDomain })),
    filter: (await industry.get(`outboundProvisioningFlowSets/${outgoing.set.id}`, "OutboundProvisioningFlowSet")).filter,
    flows: await flowsOf(industry, outgoing.path),
    operation: { type: operation.odataType, status: operation.status, errors: operation.errors?.map(({ code }) => code) },
    roleGroups: (await industry.get("roleGroups", "RoleGroupCollectionResponse")).value.map(({ id, roles }) => [id, roles.length > 0]),
    work: await work(industry, outgoing),
    unknown: await refusal(industry.get("years/nothing", "YearTimePeriodDefinition")),
    refused: await refusal(industry.post("inboundFlows", "InboundFlow", { displayName: "of no kind" })),
  };
  for (const path of [
    `outboundProvisioningFlowSets/${outgoing.set.id}`,
    `inboundFlows/${incoming.fileFlow.id}`,
    `inboundFlows/${incoming.apiFlow.id}`,
    `years/${incoming.year.id}`,
    `dataConnectors/${incoming.files.id}`,
    `dataConnectors/${incoming.api.id}`,
    `sourceSystems/${incoming.source.id}`,
  ]) {
    await industry.call(HttpMethod.DELETE, path);
  }
  return seen;
}

// listOperations reads the operations: the collection is of a type of Graph itself.
async function listOperations(industry) {
  const list = () => ({ value: (node) => { operations = node.getCollectionOfObjectValues(createLongRunningOperationFromDiscriminatorValue); } });
  let operations = [];
  await industry.adapter.send(industry.request(HttpMethod.GET, "operations"), () => list, errors);
  return operations;
}

const at = fromEnvironment();
console.log(JSON.stringify(await life(new Industry(adapterFor(at, await askForToken(at))))));
