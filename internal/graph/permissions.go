package graph

import "rollbook/internal/hosted"

// A permission list names those of which one is needed, the least first
// (industryData: permissions). What may change a thing may read it.

func readPermissions(noun string) []string {
	return []string{"IndustryData-" + noun + ".Read.All", "IndustryData-" + noun + ".ReadWrite.All"}
}

func writePermissions(noun string) []string {
	return []string{"IndustryData-" + noun + ".ReadWrite.All"}
}

// The nouns of the permissions of industryData.
const (
	nounConnector    = "DataConnector"
	nounInboundFlow  = "InboundFlow"
	nounOutboundFlow = "OutboundFlow"
	nounDefinition   = "ReferenceDefinition"
	nounSourceSystem = "SourceSystem"
	nounYear         = "TimePeriod"
)

const readBasic = "IndustryData.ReadBasic.All"

func uploadPermissions() []string {
	return []string{"IndustryData-DataConnector.Upload", "IndustryData-DataConnector.ReadWrite.All"}
}

func readRunPermissions() []string {
	return []string{"IndustryData-Run.Read.All", "IndustryData-Run.Start"}
}

func startRunPermissions() []string { return []string{"IndustryData-Run.Start"} }

func listOperationPermissions() []string { return []string{readBasic} }

// operationPermissions are for one operation. Whoever may start a check may also
// ask how it went: published clients that upload have no other permission.
func operationPermissions() []string { return append([]string{readBasic}, uploadPermissions()...) }

// listDefinitionPermissions are for the list, which needs less than a single
// definition does.
func listDefinitionPermissions() []string {
	return append([]string{readBasic}, readPermissions(nounDefinition)...)
}

// The permissions of Graph for the directory.
const (
	userReadBasic    = "User.ReadBasic.All"
	userRead         = "User.Read.All"
	userWrite        = "User.ReadWrite.All"
	groupCreate      = "Group.Create"
	groupRead        = "Group.Read.All"
	groupWrite       = "Group.ReadWrite.All"
	groupMemberRead  = "GroupMember.Read.All"
	groupMemberWrite = "GroupMember.ReadWrite.All"
	unitRead         = "AdministrativeUnit.Read.All"
	unitWrite        = "AdministrativeUnit.ReadWrite.All"
	rosterReadBasic  = "EduRoster.ReadBasic.All"
	rosterRead       = "EduRoster.Read.All"
	rosterWrite      = "EduRoster.ReadWrite.All"
	directoryRead    = "Directory.Read.All"
	directoryWrite   = "Directory.ReadWrite.All"
)

func readUserPermissions() []string {
	return []string{userReadBasic, userRead, userWrite, directoryRead, directoryWrite}
}

// wholeUserPermissions are for what is not basic of a user. Users are shown to
// readers of groups too, as members.
func wholeUserPermissions() []string {
	return []string{userRead, userWrite, groupRead, groupWrite, directoryRead, directoryWrite}
}

func writeUserPermissions() []string { return []string{userWrite, directoryWrite} }

func readGroupPermissions() []string {
	return []string{groupMemberRead, groupMemberWrite, groupRead, groupWrite, directoryRead, directoryWrite}
}

func createGroupPermissions() []string { return []string{groupCreate, groupWrite, directoryWrite} }

func writeGroupPermissions() []string { return []string{groupWrite, directoryWrite} }

// writeRelationPermissions are for changing who belongs to a group.
func writeRelationPermissions(r hosted.Relation) []string {
	if r == hosted.Owner {
		return writeGroupPermissions()
	}
	return []string{groupMemberWrite, groupWrite, directoryWrite}
}

func readDirectoryPermissions() []string { return []string{directoryRead, directoryWrite} }

func readUnitPermissions() []string {
	return []string{unitRead, unitWrite, directoryRead, directoryWrite}
}

func writeUnitPermissions() []string { return []string{unitWrite, directoryWrite} }

func readRosterPermissions() []string { return []string{rosterReadBasic, rosterRead, rosterWrite} }

// wholeRosterPermissions are for what is not basic of a student or teacher.
func wholeRosterPermissions() []string { return []string{rosterRead, rosterWrite} }

func writeRosterPermissions() []string { return []string{rosterWrite} }
