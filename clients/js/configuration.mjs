// Everything that a first run needs, made through the API.

const industry = "/external/industryData";
const typed = (name) => `#microsoft.graph.industryData.${name}`;
const codes = (...names) => names.map((code) => ({ code }));

/** Makes a source system, its connector, a year and the flow that joins them. */
export async function comingIn(client, domain) {
  const match = (roleGroup, priorityOrder) => ({
    matchTarget: { code: "userPrincipalName" },
    sourceIdentifier: { code: "username" },
    domainName: domain,
    priorityOrder,
    "roleGroup@odata.bind": `external/industryData/roleGroups/${roleGroup}`,
  });
  const source = await client.api(`${industry}/sourceSystems`).post({
    displayName: "Student information system",
    userMatchingSettings: [match("staff", 0), match("students", 1)],
  });
  const connector = await client.api(`${industry}/dataConnectors`).post({
    "@odata.type": typed("azureDataLakeConnector"),
    displayName: "Roster files",
    "sourceSystem@odata.bind": `external/industryData/sourceSystems('${source.id}')`,
  });
  const year = await client.api(`${industry}/years`).post(thisYear());
  const flow = await client.api(`${industry}/inboundFlows`).post({
    "@odata.type": typed("inboundFileFlow"),
    displayName: "Rosters",
    dataDomain: "educationRostering",
    effectiveDateTime: `${year.startDate}T00:00:00Z`,
    "dataConnector@odata.bind": `external/industryData/dataConnectors/${connector.id}`,
    "year@odata.bind": `external/industryData/years/${year.id}`,
  });
  return { source, connector, year, flow };
}

// thisYear is the school year around today, so that the flow is active.
function thisYear(now = new Date()) {
  const begins = now.getUTCMonth() >= 7 ? now.getUTCFullYear() : now.getUTCFullYear() - 1;
  return {
    displayName: `${begins}/${begins + 1}`,
    startDate: `${begins}-08-01`,
    endDate: `${begins + 1}-07-31`,
    year: { code: `${begins + 1}` },
  };
}

/** Makes a flow set of all organizations with accounts and class groups. */
export async function goingOut(client) {
  const set = await client
    .api(`${industry}/outboundProvisioningFlowSets`)
    .post({ displayName: "All schools" });
  const flows = `${industry}/outboundProvisioningFlowSets/${set.id}/provisioningFlows`;
  const users = await client.api(flows).post({
    "@odata.type": typed("userProvisioningFlow"),
    createUnmatchedUsers: true,
    managementOptions: { additionalAttributes: [], additionalOptions: {} },
  });
  const classes = await client.api(flows).post({
    "@odata.type": typed("classGroupProvisioningFlow"),
    configuration: {
      additionalAttributes: [],
      additionalOptions: { createTeam: false, writeDisplayNameOnCreateOnly: true },
      enrollmentMappings: {
        ownerEnrollmentMappings: codes("teacher"),
        memberEnrollmentMappings: codes("student", "substitute"),
      },
    },
  });
  return { set, flows, users, classes };
}

/** The change that steers the next run: substitutes alone are members, courses are named. */
export function substitutesOnly() {
  return {
    "@odata.type": typed("classGroupProvisioningFlow"),
    configuration: {
      additionalAttributes: ["courseTitle", "courseCode"],
      additionalOptions: { createTeam: false, writeDisplayNameOnCreateOnly: false },
      enrollmentMappings: { memberEnrollmentMappings: codes("substitute") },
    },
  };
}
