// A body for every type that can be created, and what is changed of it.
const industry = "external/industryData";
const typed = (name) => `#microsoft.graph.industryData.${name}`;

/** What can be created of each collection, in the order of what refers to what. */
export function bodies(known) {
  const at = (collection, id) => `https://graph.microsoft.com/beta/${industry}/${collection}/${id}`;
  return [
    {
      collection: "sourceSystems",
      name: "source",
      body: {
        displayName: "Registry",
        vendor: "Harbor",
        userMatchingSettings: [
          {
            matchTarget: { code: "userPrincipalName" },
            sourceIdentifier: { code: "username" },
            priorityOrder: 0,
            "roleGroup@odata.bind": at("roleGroups", "staff"),
          },
        ],
      },
      change: { vendor: "Lighthouse" },
    },
    {
      collection: "dataConnectors",
      name: "files",
      type: typed("azureDataLakeConnector"),
      body: { displayName: "Files", "sourceSystem@odata.bind": at("sourceSystems", known.source) },
      change: { displayName: "Nightly files" },
    },
    {
      collection: "dataConnectors",
      name: "api",
      type: typed("oneRosterApiDataConnector"),
      body: {
        displayName: "OneRoster",
        apiFormat: "oneRoster",
        apiVersion: "1.1",
        baseUrl: "https://registry.example/ims/oneroster/v1p1",
        isContactsEnabled: false,
        isDemographicsEnabled: true,
        isFlagsEnabled: false,
        credential: {
          "@odata.type": typed("oAuth2ClientCredential"),
          displayName: "Registry's client",
          clientId: "rollbook",
          clientSecret: "not to be seen again",
          tokenUrl: "https://registry.example/token",
          scope: "roster",
        },
        "sourceSystem@odata.bind": at("sourceSystems", known.source),
      },
      change: { isContactsEnabled: true },
    },
    {
      collection: "years",
      name: "year",
      body: { displayName: "This year", startDate: "2026-08-01", endDate: "2027-07-31", year: { code: "2026" } },
      change: { displayName: "The year" },
    },
    {
      collection: "inboundFlows",
      name: "fileFlow",
      type: typed("inboundFileFlow"),
      body: {
        displayName: "From files",
        dataDomain: "educationRostering",
        effectiveDateTime: "2026-08-01T00:00:00Z",
        "dataConnector@odata.bind": at("dataConnectors", known.files),
        "year@odata.bind": at("years", known.year),
      },
      change: { displayName: "From nightly files" },
    },
    {
      collection: "inboundFlows",
      name: "apiFlow",
      type: typed("inboundApiFlow"),
      body: {
        displayName: "From OneRoster",
        dataDomain: "educationRostering",
        effectiveDateTime: "2026-08-01T00:00:00Z",
        "dataConnector@odata.bind": at("dataConnectors", known.api),
        "year@odata.bind": at("years", known.year),
      },
      change: { displayName: "From the registry" },
    },
    {
      collection: "outboundProvisioningFlowSets",
      name: "set",
      body: {
        displayName: "One school",
        filter: { "@odata.type": typed("basicFilter"), attribute: "orgExternalId", in: ["s-110"] },
      },
      change: { displayName: "The school" },
    },
    ...flows().map((flow) => ({ ...flow, collection: `outboundProvisioningFlowSets/${known.set}/provisioningFlows` })),
    {
      collection: "referenceDefinitions",
      name: "grade",
      body: { referenceType: "RefGradeLevel", code: "toddler", displayName: "Toddlers", isDisabled: false, sortIndex: 900 },
      change: { displayName: "Small children" },
    },
  ];
}

function flows() {
  return [
    {
      name: "users",
      type: typed("userProvisioningFlow"),
      body: {
        createUnmatchedUsers: true,
        creationOptions: {
          configurations: [
            {
              defaultPasswordSettings: { "@odata.type": typed("simplePasswordSettings"), password: "Once-4-All!" },
              licenseSkus: [],
              "roleGroup@odata.bind": "external/industryData/roleGroups/staff",
            },
          ],
        },
        managementOptions: {
          additionalAttributes: ["userGradeLevel"],
          additionalOptions: { allowStudentContactAssociation: false, studentAgeGroup: "minor" },
        },
      },
      change: { createUnmatchedUsers: false },
    },
    {
      name: "classes",
      type: typed("classGroupProvisioningFlow"),
      body: {
        configuration: {
          additionalAttributes: ["courseTitle"],
          additionalOptions: { createTeam: false, writeDisplayNameOnCreateOnly: true },
          enrollmentMappings: {
            ownerEnrollmentMappings: [{ code: "teacher" }],
            memberEnrollmentMappings: [{ code: "student" }],
          },
        },
      },
      change: { configuration: { additionalAttributes: ["courseTitle", "courseCode"] } },
    },
    {
      name: "security",
      type: typed("securityGroupProvisioningFlow"),
      body: { creationOptions: { createBasedOnOrgPlusRoleGroup: true, createBasedOnRoleGroup: false } },
      change: { creationOptions: { createBasedOnRoleGroup: true } },
    },
    {
      name: "units",
      type: typed("administrativeUnitProvisioningFlow"),
      body: { creationOptions: { createBasedOnOrg: true, createBasedOnOrgPlusRoleGroup: false } },
      change: { creationOptions: { createBasedOnOrgPlusRoleGroup: true } },
    },
  ];
}
