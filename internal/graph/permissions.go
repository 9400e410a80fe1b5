package graph

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

// The permissions of Graph for reading the directory.
const (
	userReadBasic   = "User.ReadBasic.All"
	userRead        = "User.Read.All"
	groupRead       = "Group.Read.All"
	groupMemberRead = "GroupMember.Read.All"
	directoryRead   = "Directory.Read.All"
)

func readUserPermissions() []string { return []string{userReadBasic, userRead, directoryRead} }

// wholeUserPermissions are for what is not basic of a user. Users are shown to
// readers of groups too, as members.
func wholeUserPermissions() []string { return []string{userRead, groupRead, directoryRead} }

func readGroupPermissions() []string { return []string{groupMemberRead, groupRead, directoryRead} }
