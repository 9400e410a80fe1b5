PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE goose_db_version (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		version_id INTEGER NOT NULL,
		is_applied INTEGER NOT NULL,
		tstamp TIMESTAMP DEFAULT (datetime('now'))
	);
INSERT INTO goose_db_version VALUES(1,0,1,'2026-11-26 00:18:36');
INSERT INTO goose_db_version VALUES(2,1,1,'2026-11-26 00:18:36');
INSERT INTO goose_db_version VALUES(3,2,1,'2026-11-26 00:18:36');
INSERT INTO goose_db_version VALUES(4,3,1,'2026-11-26 00:18:36');
INSERT INTO goose_db_version VALUES(5,4,1,'2026-11-26 00:18:36');
INSERT INTO goose_db_version VALUES(6,5,1,'2026-11-26 00:18:36');
INSERT INTO goose_db_version VALUES(7,6,1,'2026-11-26 00:18:36');
INSERT INTO goose_db_version VALUES(8,7,1,'2026-11-26 00:18:36');
INSERT INTO goose_db_version VALUES(9,9,1,'2026-11-26 00:18:36');
INSERT INTO goose_db_version VALUES(10,10,1,'2026-11-26 00:18:36');
INSERT INTO goose_db_version VALUES(11,11,1,'2026-11-26 00:18:36');
INSERT INTO goose_db_version VALUES(12,12,1,'2026-11-26 00:18:36');
INSERT INTO goose_db_version VALUES(13,13,1,'2026-11-26 00:18:36');
CREATE TABLE roster (
    source     INTEGER NOT NULL,
    kind       INTEGER NOT NULL,
    id         INTEGER NOT NULL,
    record_key TEXT    NOT NULL,
    digests    BLOB    NOT NULL,
    active     BOOLEAN NOT NULL,
    feed       INTEGER NOT NULL, -- the feed that changed it last
    body       BLOB    NOT NULL,
    PRIMARY KEY (source, kind, id)
) WITHOUT ROWID;
INSERT INTO roster VALUES(1,1,1,'s-1',X'ec0dcaeff48b23210cad5458bc4786c2',0,2,X'5363686f6f6c20311f7363686f6f6c');
INSERT INTO roster VALUES(1,1,2,'s-2',X'cfc7f0fbb3a04abb87cf9bb31a1f047f',1,2,X'5363686f6f6c20321f7363686f6f6c');
INSERT INTO roster VALUES(1,2,1,'y-1',X'fbc60f738f90fbb74e98d9f205f4a6ae',1,1,X'596561721f7363686f6f6c596561721f323032371f323032362d30382d30311f323032372d30372d3331');
INSERT INTO roster VALUES(1,4,1,'t-1',X'd19766fe47b2bc37b7a1cc8b71abe0b7e3b0c44298fc1c149afbf4c8996fb92400000000000000000000000000000000',0,2,X'746561636865722e311f546573731f546561636865721d732d311f746561636865721f1f1f1f1f1f321e1d');
INSERT INTO roster VALUES(1,4,2,'p-1',X'1abc145aa198e6e363ae97d19e00bdd3e3b0c44298fc1c149afbf4c8996fb92400000000000000000000000000000000',0,2,X'707570696c2e311f5061756c1f507570696c1d732d311f73747564656e741f1f1f1f1f1f321e1d');
INSERT INTO roster VALUES(1,4,3,'t-2',X'7de4f071ea17986d1256583acd28f3b392e26d0c5a84c16ea1611e1e2d3e191300000000000000000000000000000000',1,2,X'746561636865722e321f546573731f546561636865721d732d321f746561636865721e1d');
INSERT INTO roster VALUES(1,4,4,'p-2',X'9a0003d9281600e23352a881426adf5af0d589d6839dcf81ef4100764611cecb00000000000000000000000000000000',1,2,X'707570696c2e321f5061756c1f507570696c1d732d321f73747564656e741e1d');
INSERT INTO roster VALUES(1,5,1,'k-1',X'5f2aab2e5d292bde43469395a184cadce3b0c44298fc1c149afbf4c8996fb924',0,2,X'732d311f436c61737320311f792d311d020773747564656e740774656163686572020101010201000102');
INSERT INTO roster VALUES(1,5,2,'k-2',X'bf698db48dd97ca28b868a2b043c46f4fbc5e240794e68b99e6abf94df7663fb',1,2,X'732d321f436c61737320321f792d311d020773747564656e740774656163686572020301020001000200');
CREATE TABLE feed (
    source  INTEGER NOT NULL,
    number  INTEGER NOT NULL,
    run     TEXT    NOT NULL,
    state   TEXT    NOT NULL,
    stored  INTEGER,
    report  TEXT    NOT NULL, indexed BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (source, number)
);
INSERT INTO feed VALUES(1,1,'00000000-0000-7000-8000-000000000013','merged',1795413600000000,'{"files":{"academicSessions.csv":{"rows":1,"added":1,"changed":0,"deactivated":0,"unchanged":0,"errors":0,"warnings":0,"repeated":0},"classes.csv":{"rows":1,"added":1,"changed":0,"deactivated":0,"unchanged":0,"errors":0,"warnings":0,"repeated":0},"enrollments.csv":{"rows":2,"added":2,"changed":0,"deactivated":0,"unchanged":0,"errors":0,"warnings":0,"repeated":0},"orgs.csv":{"rows":1,"added":1,"changed":0,"deactivated":0,"unchanged":0,"errors":0,"warnings":0,"repeated":0},"roles.csv":{"rows":2,"added":2,"changed":0,"deactivated":0,"unchanged":0,"errors":0,"warnings":0,"repeated":0},"users.csv":{"rows":2,"added":2,"changed":0,"deactivated":0,"unchanged":0,"errors":0,"warnings":0,"repeated":0}},"parts":[0,1,3,4,5,6],"totals":{"Orgs":{"active":1,"inactive":0},"People":{"active":2,"inactive":0},"Classes":{"active":1,"inactive":0},"Enrollments":{"active":2,"inactive":0}}}',1);
INSERT INTO feed VALUES(1,2,'00000000-0000-7000-8000-000000000021','merged',1795500000000000,'{"files":{"academicSessions.csv":{"rows":1,"added":0,"changed":0,"deactivated":0,"unchanged":1,"errors":0,"warnings":0,"repeated":0},"classes.csv":{"rows":1,"added":1,"changed":0,"deactivated":1,"unchanged":0,"errors":0,"warnings":0,"repeated":0},"enrollments.csv":{"rows":2,"added":2,"changed":0,"deactivated":2,"unchanged":0,"errors":0,"warnings":0,"repeated":0},"orgs.csv":{"rows":1,"added":1,"changed":0,"deactivated":1,"unchanged":0,"errors":0,"warnings":0,"repeated":0},"roles.csv":{"rows":2,"added":2,"changed":0,"deactivated":2,"unchanged":0,"errors":0,"warnings":0,"repeated":0},"users.csv":{"rows":2,"added":2,"changed":0,"deactivated":2,"unchanged":0,"errors":0,"warnings":0,"repeated":0}},"parts":[0,1,3,4,5,6],"totals":{"Orgs":{"active":1,"inactive":1},"People":{"active":2,"inactive":2},"Classes":{"active":1,"inactive":1},"Enrollments":{"active":2,"inactive":2}}}',1);
CREATE TABLE pending (
    source     INTEGER NOT NULL,
    kind       INTEGER NOT NULL,
    id         INTEGER NOT NULL,
    record_key TEXT    NOT NULL,
    digests    BLOB,
    active     BOOLEAN NOT NULL,
    body       BLOB,
    PRIMARY KEY (source, kind, id)
) WITHOUT ROWID;
CREATE TABLE run (
    id     TEXT    NOT NULL PRIMARY KEY,
    status TEXT    NOT NULL,
    body   TEXT    NOT NULL
);
INSERT INTO run VALUES('00000000-0000-7000-8000-000000000013','completed','{"ID":"00000000-0000-7000-8000-000000000013","Status":"completed","Requested":false,"Restart":false,"Start":"2026-11-23T06:00:00Z","End":"2026-11-23T06:00:00Z","BlockingError":null,"Activities":[{"ID":"00000000-0000-7000-8000-000000000014","FlowID":"00000000-0000-7000-8000-000000000005","DisplayName":"Rosters","Inbound":true,"Status":"completed","BlockingError":null,"Inbounds":{"Organizations":{"Active":1,"Inactive":0},"People":{"Active":2,"Inactive":0},"Groups":{"Active":1,"Inactive":0},"Memberships":{"Active":2,"Inactive":0},"Matched":[],"Unmatched":[{"Role":"student","Count":1},{"Role":"teacher","Count":1}],"Errors":0,"Warnings":0},"Partial":false},{"ID":"00000000-0000-7000-8000-000000000015","FlowID":"00000000-0000-7000-8000-000000000012","DisplayName":"North","Inbound":true,"Status":"completed","BlockingError":null,"Inbounds":{"Organizations":{"Active":1,"Inactive":0},"People":{"Active":2,"Inactive":0},"Groups":{"Active":1,"Inactive":0},"Memberships":{"Active":2,"Inactive":0},"Matched":[],"Unmatched":[],"Errors":0,"Warnings":0},"Partial":false},{"ID":"00000000-0000-7000-8000-000000000016","FlowID":"00000000-0000-7000-8000-000000000007","DisplayName":"userProvisioningFlow","Inbound":false,"Status":"completed","BlockingError":null,"Inbounds":null,"Partial":false},{"ID":"00000000-0000-7000-8000-000000000017","FlowID":"00000000-0000-7000-8000-000000000008","DisplayName":"classGroupProvisioningFlow","Inbound":false,"Status":"completed","BlockingError":null,"Inbounds":null,"Partial":false}],"Totals":{"Organizations":2,"People":4,"Groups":2,"Memberships":4,"Matched":[],"Unmatched":[{"Role":"student","Count":1},{"Role":"teacher","Count":1}],"Errors":0,"Warnings":0}}');
INSERT INTO run VALUES('00000000-0000-7000-8000-000000000021','completed','{"ID":"00000000-0000-7000-8000-000000000021","Status":"completed","Requested":false,"Restart":false,"Start":"2026-11-24T06:00:00Z","End":"2026-11-24T06:00:00Z","BlockingError":null,"Activities":[{"ID":"00000000-0000-7000-8000-000000000022","FlowID":"00000000-0000-7000-8000-000000000005","DisplayName":"Rosters","Inbound":true,"Status":"completed","BlockingError":null,"Inbounds":{"Organizations":{"Active":1,"Inactive":0},"People":{"Active":2,"Inactive":0},"Groups":{"Active":1,"Inactive":0},"Memberships":{"Active":2,"Inactive":0},"Matched":[],"Unmatched":[{"Role":"student","Count":1},{"Role":"teacher","Count":1}],"Errors":0,"Warnings":0},"Partial":false},{"ID":"00000000-0000-7000-8000-000000000023","FlowID":"00000000-0000-7000-8000-000000000012","DisplayName":"North","Inbound":true,"Status":"completed","BlockingError":null,"Inbounds":{"Organizations":{"Active":1,"Inactive":1},"People":{"Active":2,"Inactive":2},"Groups":{"Active":1,"Inactive":1},"Memberships":{"Active":2,"Inactive":2},"Matched":[],"Unmatched":[],"Errors":0,"Warnings":0},"Partial":false},{"ID":"00000000-0000-7000-8000-000000000024","FlowID":"00000000-0000-7000-8000-000000000007","DisplayName":"userProvisioningFlow","Inbound":false,"Status":"completed","BlockingError":null,"Inbounds":null,"Partial":false},{"ID":"00000000-0000-7000-8000-000000000025","FlowID":"00000000-0000-7000-8000-000000000008","DisplayName":"classGroupProvisioningFlow","Inbound":false,"Status":"completed","BlockingError":null,"Inbounds":null,"Partial":false}],"Totals":{"Organizations":2,"People":4,"Groups":2,"Memberships":4,"Matched":[],"Unmatched":[{"Role":"student","Count":1},{"Role":"teacher","Count":1}],"Errors":0,"Warnings":0}}');
CREATE TABLE finding (
    run  TEXT    NOT NULL,
    n    INTEGER NOT NULL,
    body TEXT    NOT NULL,
    PRIMARY KEY (run, n)
) WITHOUT ROWID;
CREATE TABLE plan (
    id      INTEGER NOT NULL PRIMARY KEY,
    run     TEXT    NOT NULL,
    state   TEXT    NOT NULL,
    summary TEXT    NOT NULL,
    tried   INTEGER NOT NULL,
    done    INTEGER NOT NULL
);
INSERT INTO "plan" VALUES(1,'00000000-0000-7000-8000-000000000013','applied','{"users":{"create":2,"update":0},"groups":{"create":1,"update":0},"memberships":{"add":2,"remove":0},"hash":"c33545908da69dcc42656b44f297aff64c8467297f65a46587a6cbb83aa7e6c8"}',2199023255553,2199023255553);
INSERT INTO "plan" VALUES(2,'00000000-0000-7000-8000-000000000021','applied','{"users":{"create":2,"update":0},"groups":{"create":1,"update":0},"memberships":{"add":2,"remove":2},"hash":"2d59a44fc060fe3dae8a5400d1cd8d4cdcf2f22a3eba01edb959d2e5aa0ff96b"}',2199023255554,2199023255554);
CREATE TABLE effect_failure (
    plan    INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    message TEXT    NOT NULL,
    PRIMARY KEY (plan, seq)
) WITHOUT ROWID;
CREATE TABLE account (
    source    INTEGER NOT NULL,
    person    INTEGER NOT NULL,
    object_id TEXT    NOT NULL,
    created   BOOLEAN NOT NULL,
    written   TEXT    NOT NULL,
    PRIMARY KEY (source, person)
) WITHOUT ROWID;
INSERT INTO account VALUES(1,1,'00000000-0000-7000-8000-000000000018',1,'auser_t-1cTess Teacherkt-1dTessfjteachereTeacherbteacher.1@harbor.example');
INSERT INTO account VALUES(1,2,'00000000-0000-7000-8000-000000000019',1,'auser_p-1cPaul Pupilkp-1dPaulfjstudentePupilbpupil.1@harbor.example');
INSERT INTO account VALUES(1,3,'00000000-0000-7000-8000-000000000026',1,'auser_t-2cTess Teacherkt-2dTessfjteachereTeacherbteacher.2@harbor.example');
INSERT INTO account VALUES(1,4,'00000000-0000-7000-8000-000000000027',1,'auser_p-2cPaul Pupilkp-2dPaulfjstudentePupilbpupil.2@harbor.example');
CREATE TABLE class_group (
    source    INTEGER NOT NULL,
    class     INTEGER NOT NULL,
    object_id TEXT    NOT NULL,
    written   TEXT    NOT NULL,
    owners    BLOB    NOT NULL,
    members   BLOB    NOT NULL,
    PRIMARY KEY (source, class)
) WITHOUT ROWID;
INSERT INTO class_group VALUES(1,1,'00000000-0000-7000-8000-000000000020','cClass 1iSection_k-1',X'',X'');
INSERT INTO class_group VALUES(1,2,'00000000-0000-7000-8000-000000000028','cClass 2iSection_k-2',X'03',X'04');
CREATE TABLE configuration (
    one     INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    version INTEGER NOT NULL,
    name    TEXT NOT NULL
);
INSERT INTO configuration VALUES(1,3,'00000000-0000-7000-8000-000000000011');
CREATE TABLE configured_entity (
    kind TEXT NOT NULL,
    id   TEXT NOT NULL,
    seq  INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (kind, id)
);
INSERT INTO configured_entity VALUES('counters','sourceSystem',1,'{"last":1}');
INSERT INTO configured_entity VALUES('sourceSystems','00000000-0000-7000-8000-000000000002',2,'{"id":"00000000-0000-7000-8000-000000000002","displayName":"School information system","vendor":null,"userMatchingSettings":[{"matchTarget":{"code":"userPrincipalName"},"priorityOrder":0,"sourceIdentifier":{"code":"username"},"roleGroup":"staff","domainName":"harbor.example"},{"matchTarget":{"code":"userPrincipalName"},"priorityOrder":1,"sourceIdentifier":{"code":"username"},"roleGroup":"students","domainName":"harbor.example"}],"number":1}');
INSERT INTO configured_entity VALUES('dataConnectors','00000000-0000-7000-8000-000000000003',3,'{"id":"00000000-0000-7000-8000-000000000003","type":"azureDataLakeConnector","displayName":"Roster files","sourceSystem":"00000000-0000-7000-8000-000000000002"}');
INSERT INTO configured_entity VALUES('years','00000000-0000-7000-8000-000000000004',4,'{"id":"00000000-0000-7000-8000-000000000004","displayName":"2026/2027","startDate":"2026-08-01","endDate":"2027-07-31","year":{"code":"2026"}}');
INSERT INTO configured_entity VALUES('inboundFlows','00000000-0000-7000-8000-000000000005',5,'{"id":"00000000-0000-7000-8000-000000000005","type":"inboundFileFlow","displayName":"Rosters","dataDomain":"educationRostering","effectiveDateTime":"2026-08-01T00:00:00Z","expirationDateTime":null,"dataConnector":"00000000-0000-7000-8000-000000000003","year":"00000000-0000-7000-8000-000000000004"}');
INSERT INTO configured_entity VALUES('outboundProvisioningFlowSets','00000000-0000-7000-8000-000000000006',6,'{"id":"00000000-0000-7000-8000-000000000006","displayName":"All organizations","filter":null,"createdDateTime":"2026-11-23T06:00:00Z","lastModifiedDateTime":"2026-11-23T06:00:00Z"}');
INSERT INTO configured_entity VALUES('provisioningFlows','00000000-0000-7000-8000-000000000007',7,'{"id":"00000000-0000-7000-8000-000000000007","flowSet":"00000000-0000-7000-8000-000000000006","type":"userProvisioningFlow","readinessStatus":"","createdDateTime":"2026-11-23T06:00:00Z","lastModifiedDateTime":"2026-11-23T06:00:00Z","user":{"createUnmatchedUsers":true,"creationOptions":null,"managementOptions":{"additionalAttributes":[],"additionalOptions":{"allowStudentContactAssociation":null,"studentAgeGroup":null}}}}');
INSERT INTO configured_entity VALUES('provisioningFlows','00000000-0000-7000-8000-000000000008',8,'{"id":"00000000-0000-7000-8000-000000000008","flowSet":"00000000-0000-7000-8000-000000000006","type":"classGroupProvisioningFlow","readinessStatus":"","createdDateTime":"2026-11-23T06:00:00Z","lastModifiedDateTime":"2026-11-23T06:00:00Z","classGroup":{"additionalAttributes":[],"additionalOptions":{"createTeam":false,"writeDisplayNameOnCreateOnly":false},"enrollmentMappings":{"ownerEnrollmentMappings":[{"code":"teacher"},{"code":"proctor"},{"code":"teacherAssistant"},{"code":"paraprofessional"},{"code":"physicalTherapist"},{"code":"speechTherapist"},{"code":"visionTherapist"},{"code":"occupationalTherapist"},{"code":"staff"}],"memberEnrollmentMappings":[{"code":"student"},{"code":"substitute"},{"code":"aide"},{"code":"proctor"},{"code":"teacherAssistant"},{"code":"paraprofessional"},{"code":"physicalTherapist"},{"code":"speechTherapist"},{"code":"visionTherapist"},{"code":"occupationalTherapist"},{"code":"staff"}]}}}');
INSERT INTO configured_entity VALUES('dataConnectors','00000000-0000-7000-8000-000000000010',9,'{"id":"00000000-0000-7000-8000-000000000010","type":"azureDataLakeConnector","displayName":"North files","sourceSystem":"00000000-0000-7000-8000-000000000002"}');
INSERT INTO configured_entity VALUES('inboundFlows','00000000-0000-7000-8000-000000000012',10,'{"id":"00000000-0000-7000-8000-000000000012","type":"inboundFileFlow","displayName":"North","dataDomain":"educationRostering","effectiveDateTime":"2026-08-01T00:00:00Z","expirationDateTime":null,"dataConnector":"00000000-0000-7000-8000-000000000010","year":"00000000-0000-7000-8000-000000000004"}');
CREATE TABLE reference_definition (
    id             TEXT    NOT NULL PRIMARY KEY,
    reference_type TEXT    NOT NULL,
    code           TEXT    NOT NULL,
    display_name   TEXT    NOT NULL,
    sort_index     INTEGER NOT NULL,
    source         TEXT    NOT NULL,
    is_disabled    BOOLEAN NOT NULL,
    created        INTEGER,
    modified       INTEGER
);
CREATE TABLE directory_state (
    version        BIGINT  NOT NULL, -- raised by every change
    next_user      BIGINT  NOT NULL, -- the num of the next one
    next_group     BIGINT  NOT NULL,
    users_indexed  BOOLEAN NOT NULL,
    groups_indexed BOOLEAN NOT NULL
);
INSERT INTO directory_state VALUES(6,5,3,1,1);
CREATE TABLE directory_user (
    num             INTEGER PRIMARY KEY,
    id              TEXT    NOT NULL UNIQUE,
    anchor          TEXT,
    upn_folded      TEXT    NOT NULL,
    upn             TEXT,
    display_folded  TEXT    NOT NULL,
    display         TEXT,
    given_folded    TEXT    NOT NULL,
    given           TEXT,
    surname_folded  TEXT    NOT NULL,
    surname         TEXT,
    mail_folded     TEXT    NOT NULL,
    mail            TEXT,
    account_enabled BOOLEAN NOT NULL,
    attributes      TEXT             -- JSON object, NULL for none
);
INSERT INTO directory_user VALUES(1,'00000000-0000-7000-8000-000000000018','user_t-1','teacher.1@harbor.example',NULL,'tess teacher','Tess Teacher','tess','Tess','teacher','Teacher','',NULL,1,'{"externalId":"t-1","primaryRole":"teacher"}');
INSERT INTO directory_user VALUES(2,'00000000-0000-7000-8000-000000000019','user_p-1','pupil.1@harbor.example',NULL,'paul pupil','Paul Pupil','paul','Paul','pupil','Pupil','',NULL,1,'{"externalId":"p-1","primaryRole":"student"}');
INSERT INTO directory_user VALUES(3,'00000000-0000-7000-8000-000000000026','user_t-2','teacher.2@harbor.example',NULL,'tess teacher','Tess Teacher','tess','Tess','teacher','Teacher','',NULL,1,'{"externalId":"t-2","primaryRole":"teacher"}');
INSERT INTO directory_user VALUES(4,'00000000-0000-7000-8000-000000000027','user_p-2','pupil.2@harbor.example',NULL,'paul pupil','Paul Pupil','paul','Paul','pupil','Pupil','',NULL,1,'{"externalId":"p-2","primaryRole":"student"}');
CREATE TABLE directory_group (
    num             INTEGER PRIMARY KEY,
    id              TEXT    NOT NULL UNIQUE,
    anchor          TEXT,
    display_folded  TEXT    NOT NULL,
    display         TEXT,
    nickname_folded TEXT    NOT NULL,
    nickname        TEXT,
    description     TEXT    NOT NULL,
    has_team        BOOLEAN NOT NULL,
    attributes      TEXT             -- JSON object, NULL for none
);
INSERT INTO directory_group VALUES(1,'00000000-0000-7000-8000-000000000020','Section_k-1','class 1','Class 1','section_k-1','Section_k-1','',0,NULL);
INSERT INTO directory_group VALUES(2,'00000000-0000-7000-8000-000000000028','Section_k-2','class 2','Class 2','section_k-2','Section_k-2','',0,NULL);
CREATE TABLE directory_membership (
    group_num INTEGER PRIMARY KEY,
    owners    BLOB NOT NULL,
    members   BLOB NOT NULL
);
INSERT INTO directory_membership VALUES(2,X'03',X'04');
CREATE TABLE setting (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
INSERT INTO setting VALUES('mark.directory','6');
INSERT INTO setting VALUES('mark.matched','{"00000000-0000-7000-8000-000000000005":{"matched":{"student":1,"teacher":1},"unmatched":{}}}');
INSERT INTO setting VALUES('mark.settled','{"directory":"6","configuration":3,"day":20261124,"until":20270732,"feeds":{"1":2}}');
CREATE TABLE client (
    id          TEXT NOT NULL PRIMARY KEY,
    name        TEXT NOT NULL UNIQUE,
    secret_hash TEXT NOT NULL,
    permissions TEXT NOT NULL,
    created     INTEGER NOT NULL
);
CREATE TABLE upload (
    id              TEXT    NOT NULL PRIMARY KEY, -- the container
    seq             INTEGER NOT NULL,
    connector       TEXT    NOT NULL,
    state           TEXT    NOT NULL,             -- open, closed, valid or gone
    session_expires INTEGER NOT NULL,
    expires         INTEGER NOT NULL
);
CREATE TABLE upload_operation (
    id          TEXT    NOT NULL PRIMARY KEY,
    seq         INTEGER NOT NULL,
    upload      TEXT    NOT NULL,
    connector   TEXT    NOT NULL,
    status      TEXT    NOT NULL,
    created     INTEGER NOT NULL,
    last_action INTEGER NOT NULL,
    body        TEXT    NOT NULL
);
CREATE TABLE lease (
    name       TEXT NOT NULL PRIMARY KEY,
    owner      TEXT NOT NULL,
    generation INTEGER NOT NULL,
    expires    INTEGER NOT NULL
);
CREATE TABLE audit (
    at                INTEGER NOT NULL,
    id                TEXT NOT NULL,
    caller_id         TEXT NOT NULL,
    caller_name       TEXT NOT NULL,
    app_id            TEXT NOT NULL,
    address           TEXT NOT NULL,
    method            TEXT NOT NULL,
    path              TEXT NOT NULL,
    status            INTEGER NOT NULL,
    code              TEXT NOT NULL,
    target            TEXT NOT NULL,
    request_id        TEXT NOT NULL,
    client_request_id TEXT NOT NULL,
    changes           TEXT,
    unrecorded        INTEGER NOT NULL,
    PRIMARY KEY (at, id)
);
CREATE TABLE directory_change (
    version    INTEGER PRIMARY KEY,
    changed_at INTEGER NOT NULL, -- Unix seconds
    users      BLOB NOT NULL,    -- written or deleted
    sets       BLOB NOT NULL,    -- groups, written or deleted
    rosters    BLOB NOT NULL,    -- groups with other people in them
    details    TEXT              -- JSON: IDs of what was deleted, who came and went; NULL for none
);
INSERT INTO directory_change VALUES(1,1795413600,X'0101',X'',X'',NULL);
INSERT INTO directory_change VALUES(2,1795413600,X'',X'01',X'',NULL);
INSERT INTO directory_change VALUES(3,1795413600,X'',X'',X'01',NULL);
INSERT INTO directory_change VALUES(4,1795500000,X'0301',X'',X'',NULL);
INSERT INTO directory_change VALUES(5,1795500000,X'',X'02',X'',NULL);
INSERT INTO directory_change VALUES(6,1795500000,X'',X'',X'0101','{"moves":[{"group":1,"went":[2]}]}');
CREATE TABLE directory_unit (
    num            INTEGER PRIMARY KEY,
    id             TEXT    NOT NULL UNIQUE,
    display_folded TEXT    NOT NULL,
    display        TEXT,
    school         BOOLEAN NOT NULL, -- shown as a school too
    attributes     TEXT              -- JSON object, NULL for none
);
CREATE TABLE directory_unit_member (
    unit_num   INTEGER NOT NULL,
    kind       INTEGER NOT NULL, -- 1 user, 2 group
    member_num INTEGER NOT NULL, -- of one that may be deleted by now
    PRIMARY KEY (unit_num, kind, member_num)
) WITHOUT ROWID;
CREATE TABLE roster_index (
    source  INTEGER NOT NULL,
    kind    INTEGER NOT NULL,
    feed    INTEGER NOT NULL, -- that changed the records; 0 where the index began
    first   INTEGER NOT NULL, -- the ID of the first record
    entries INTEGER NOT NULL, -- how many records
    body    BLOB    NOT NULL,
    PRIMARY KEY (source, kind, feed, first)
);
INSERT INTO roster_index VALUES(1,1,0,1,1,X'050107732d31ec0dcaeff48b23210cad5458bc4786c2');
INSERT INTO roster_index VALUES(1,2,0,1,1,X'050107792d31fbc60f738f90fbb74e98d9f205f4a6ae');
INSERT INTO roster_index VALUES(1,4,0,1,2,X'0a0107742d310207702d31d19766fe47b2bc37b7a1cc8b71abe0b76edbaafb1c5856ff5ad4ded4dd777f15000000000000000000000000000000001abc145aa198e6e363ae97d19e00bdd3e783c54581ecc32afa8e6414454a24a500000000000000000000000000000000');
INSERT INTO roster_index VALUES(1,5,0,1,1,X'0501076b2d315f2aab2e5d292bde43469395a184cadcdc0b3481ab293b753983bac29f2b705a');
INSERT INTO roster_index VALUES(1,1,2,1,2,X'0a0106732d310207732d32ec0dcaeff48b23210cad5458bc4786c2cfc7f0fbb3a04abb87cf9bb31a1f047f');
INSERT INTO roster_index VALUES(1,4,2,1,4,X'140106742d310206702d310307742d320407702d32d19766fe47b2bc37b7a1cc8b71abe0b7e3b0c44298fc1c149afbf4c8996fb924000000000000000000000000000000001abc145aa198e6e363ae97d19e00bdd3e3b0c44298fc1c149afbf4c8996fb924000000000000000000000000000000007de4f071ea17986d1256583acd28f3b392e26d0c5a84c16ea1611e1e2d3e1913000000000000000000000000000000009a0003d9281600e23352a881426adf5af0d589d6839dcf81ef4100764611cecb00000000000000000000000000000000');
INSERT INTO roster_index VALUES(1,5,2,1,2,X'0a01066b2d3102076b2d325f2aab2e5d292bde43469395a184cadce3b0c44298fc1c149afbf4c8996fb924bf698db48dd97ca28b868a2b043c46f4fbc5e240794e68b99e6abf94df7663fb');
CREATE TABLE effect (
    plan  INTEGER NOT NULL,
    seq   INTEGER NOT NULL, -- of the last line
    lines INTEGER NOT NULL,
    body  BLOB    NOT NULL,
    PRIMARY KEY (plan, seq)
);
INSERT INTO effect VALUES(1,2,2,X'0101016908757365725f742d310008016108757365725f742d3101630c546573732054656163686572016b03742d3101640454657373016600016a077465616368657201650754656163686572016218746561636865722e3140686172626f722e6578616d706c6500000000000101026308757365725f702d310008016108757365725f702d3101630a5061756c20507570696c016b03702d310164045061756c016600016a0773747564656e74016505507570696c016216707570696c2e3140686172626f722e6578616d706c650000000000');
INSERT INTO effect VALUES(1,1099511627777,1,X'0301012b0b53656374696f6e5f6b2d310002016307436c617373203101690b53656374696f6e5f6b2d310000000000');
INSERT INTO effect VALUES(1,2199023255553,1,X'050101150b53656374696f6e5f6b2d31000000010101020000');
INSERT INTO effect VALUES(2,2,2,X'0101036908757365725f742d320008016108757365725f742d3201630c546573732054656163686572016b03742d3201640454657373016600016a077465616368657201650754656163686572016218746561636865722e3240686172626f722e6578616d706c6500000000000101046308757365725f702d320008016108757365725f702d3201630a5061756c20507570696c016b03702d320164045061756c016600016a0773747564656e74016505507570696c016216707570696c2e3240686172626f722e6578616d706c650000000000');
INSERT INTO effect VALUES(2,1099511627777,1,X'0301022b0b53656374696f6e5f6b2d320002016307436c617373203201690b53656374696f6e5f6b2d320000000000');
INSERT INTO effect VALUES(2,2199023255554,2,X'050101390b53656374696f6e5f6b2d312430303030303030302d303030302d373030302d383030302d3030303030303030303032300000000001010102050102150b53656374696f6e5f6b2d32000000010301040000');
CREATE TABLE settled (
    source    INTEGER NOT NULL PRIMARY KEY,
    state     TEXT    NOT NULL,
    standings BLOB    NOT NULL
);
INSERT INTO settled VALUES(1,'{"directory":"6","configuration":3,"day":20261124,"until":20270732,"feeds":{"1":2}}',X'020773747564656e7407746561636865720000000703');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('goose_db_version',13);
CREATE INDEX configured_entity_seq ON configured_entity (seq);
CREATE INDEX upload_of_connector ON upload (connector, seq);
CREATE INDEX directory_change_age ON directory_change (changed_at);
CREATE INDEX directory_unit_display ON directory_unit (display_folded, id);
CREATE INDEX directory_unit_of ON directory_unit_member (kind, member_num, unit_num);
CREATE UNIQUE INDEX directory_user_anchor ON directory_user (anchor);
CREATE UNIQUE INDEX directory_user_upn ON directory_user (upn_folded);
CREATE UNIQUE INDEX directory_group_anchor ON directory_group (anchor);
CREATE INDEX directory_group_display ON directory_group (display_folded);
CREATE INDEX directory_group_nickname ON directory_group (nickname_folded);
COMMIT;
