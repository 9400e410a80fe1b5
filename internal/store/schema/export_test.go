package schema

// Check is what Look makes of the numbers of migrations.
var Check = check
