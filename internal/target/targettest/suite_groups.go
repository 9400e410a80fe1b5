package targettest

import (
	"slices"
	"testing"

	"rollbook/internal/directory"
)

// class returns a group and the effect that creates it.
func class(name string) (directory.GroupContent, directory.Effect) {
	group := directory.Group{
		Anchor:       directory.GroupAnchor(name),
		DisplayName:  "Class " + name,
		MailNickname: "Section_" + name,
		Description:  "About " + name,
		HasTeam:      true,
		Attributes:   map[string]string{directory.AttributeCourseCode: name, directory.AttributeClassCode: "x"},
	}
	effect := directory.Effect{Kind: directory.CreateGroup, Anchor: group.Anchor, Group: &group}
	return directory.GroupContent{Group: group}, effect
}

func (b bench) createGroup(name string) directory.GroupContent {
	b.t.Helper()
	group, effect := class(name)
	group.ID = b.apply(effect)[0]
	return group
}

func updateGroup(group directory.GroupContent, set map[string]*string) directory.Effect {
	return directory.Effect{Kind: directory.UpdateGroup, Anchor: group.Anchor, ID: group.ID, Set: set}
}

func testCreateGroup(_ *testing.T, b bench) {
	group, effect := class("math")
	b.changes(true, func() { group.ID = b.apply(effect)[0] })
	b.same([]directory.GroupContent{group}, b.groups())
	b.changes(false, func() { b.same([]string{group.ID}, b.apply(effect)) })
	b.fails(directory.ErrInvalid, directory.Effect{Kind: directory.CreateGroup, Anchor: "Section_none"})
	b.same([]directory.GroupContent{group}, b.groups())
}

func testUpdateGroup(_ *testing.T, b bench) {
	group := b.createGroup("math")
	set := map[string]*string{
		directory.PropertyDisplayName: ptr("Mathématiques"),
		directory.PropertyHasTeam:     ptr("false"),
		directory.AttributeClassCode:  nil,
		directory.AttributeCourseCode: ptr("m2"),
	}
	b.changes(true, func() { b.apply(updateGroup(group, set)) })
	group.DisplayName, group.HasTeam = "Mathématiques", false
	group.Attributes = map[string]string{directory.AttributeCourseCode: "m2"}
	b.changes(false, func() { b.apply(updateGroup(group, set)) })
	b.fails(directory.ErrInvalid, updateGroup(group, map[string]*string{directory.PropertyHasTeam: nil}))
	b.fails(directory.ErrNotFound, updateGroup(directory.GroupContent{Group: directory.Group{ID: absent}}, set))
	b.same([]directory.GroupContent{group}, b.groups())
}

func testGroupAnchor(_ *testing.T, b bench) {
	math, art := b.createGroup("math"), b.createGroup("art")
	b.fails(directory.ErrConflict, updateGroup(art, map[string]*string{directory.PropertyAnchor: &math.Anchor}))
	// A group without an anchor is none of ours, and Groups leaves it out.
	b.apply(updateGroup(math, map[string]*string{directory.PropertyAnchor: nil}))
	b.same([]directory.GroupContent{art}, b.groups())
}

func testDeleteGroup(_ *testing.T, b bench) {
	math, art := b.createGroup("math"), b.createGroup("art")
	remove := directory.Effect{Kind: directory.DeleteGroup, Anchor: math.Anchor, ID: math.ID}
	b.changes(true, func() { b.same([]string{math.ID}, b.apply(remove)) })
	b.changes(false, func() { b.apply(remove) })
	b.same([]directory.GroupContent{art}, b.groups())
}

func change(group directory.GroupContent, add, remove []directory.Membership) directory.Effect {
	return directory.Effect{Kind: directory.ChangeMembers, Anchor: group.Anchor, ID: group.ID, Add: add, Remove: remove}
}

func member(user directory.User) directory.Membership {
	return directory.Membership{Relation: directory.Member, UserID: user.ID}
}

func owner(user directory.User) directory.Membership {
	return directory.Membership{Relation: directory.Owner, UserID: user.ID}
}

func in(memberships ...directory.Membership) []directory.Membership {
	return slices.SortedFunc(slices.Values(memberships), compareMemberships)
}

// within tests who is in the only group.
func (b bench) within(want ...directory.Membership) {
	b.t.Helper()
	groups := b.groups()
	if len(groups) != 1 {
		b.t.Fatalf("%d groups, want 1", len(groups))
	}
	b.same(in(want...), groups[0].Memberships)
}

func testMembers(_ *testing.T, b bench) {
	ana, ben, cem := b.createUser("ana"), b.createUser("ben"), b.createUser("cem")
	group := b.createGroup("math")
	add := change(group, in(member(cem), member(ana)), nil)
	b.changes(true, func() { b.same([]string{group.ID}, b.apply(add)) })
	b.changes(false, func() { b.apply(add) })
	b.within(member(ana), member(cem))
	swap := change(group, in(member(ben), owner(ben)), in(member(ana)))
	b.changes(true, func() { b.apply(swap) })
	b.changes(false, func() { b.apply(swap) })
	b.within(member(ben), member(cem), owner(ben))
	b.changes(false, func() { b.apply(change(group, nil, in(owner(cem), member(ana)))) })
	b.fails(directory.ErrInvalid, change(group, []directory.Membership{{Relation: "guest", UserID: ana.ID}}, nil))
	b.within(member(ben), member(cem), owner(ben))
}

func testOwnerAndMember(_ *testing.T, b bench) {
	ana, group := b.createUser("ana"), b.createGroup("math")
	b.apply(change(group, in(member(ana), owner(ana)), nil))
	b.within(member(ana), owner(ana))
	b.apply(change(group, nil, in(member(ana))))
	b.within(owner(ana))
}

func testUnknownMember(_ *testing.T, b bench) {
	ana, ben, group := b.createUser("ana"), b.createUser("ben"), b.createGroup("math")
	b.apply(change(group, in(member(ben)), nil))
	nobody := directory.User{ID: absent}
	b.changes(true, func() {
		b.fails(directory.ErrNotFound, change(group, in(member(nobody), member(ana), owner(ana)), in(member(ben))))
	})
	b.within(member(ana), owner(ana))
	b.changes(false, func() { b.fails(directory.ErrNotFound, change(group, in(owner(nobody), member(ana)), nil)) })
}

func testUnknownGroup(_ *testing.T, b bench) {
	ana := b.createUser("ana")
	nowhere := directory.GroupContent{Group: directory.Group{ID: absent}}
	b.changes(false, func() { b.fails(directory.ErrNotFound, change(nowhere, in(member(ana)), nil)) })
}

func testDeletedMember(_ *testing.T, b bench) {
	ana, ben, group := b.createUser("ana"), b.createUser("ben"), b.createGroup("math")
	b.apply(change(group, in(member(ana), owner(ana), member(ben)), nil))
	b.apply(directory.Effect{Kind: directory.DeleteUser, Anchor: ana.Anchor, ID: ana.ID})
	b.within(member(ben))
	b.createUser("ana")
	b.within(member(ben))
}
