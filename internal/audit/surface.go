package audit

import (
	"context"
	"net/http"
	"strconv"

	"rollbook/internal/odata"
)

// Permission is that of reading the log.
const Permission = "AuditLog.Read.All"

// Pages of the log.
const (
	defaultTop = 100
	maxTop     = 999
)

const (
	typeRecord = "rollbook.auditRecord"
	typeCheck  = "rollbook.auditCheck"
)

// Types returns the types of the log.
func Types() []odata.Type {
	text := func(name string, nullable bool) odata.Property {
		return odata.Property{Name: name, Type: "Edm.String", Nullable: nullable}
	}
	return []odata.Type{{Name: typeRecord, Properties: []odata.Property{
		text("id", false),
		{Name: "time", Type: "Edm.DateTimeOffset"},
		text("callerId", true), text("callerName", true), text("appId", true), text("address", true),
		text("method", false), text("path", false),
		{Name: "status", Type: "Edm.Int32"},
		text("code", true), text("target", true),
		text("requestId", false), text("clientRequestId", false),
		{Name: "changes", Type: "Edm.Untyped", Nullable: true},
		{Name: "unrecorded", Type: "Edm.Int32"},
		{Name: "sequence", Type: "Edm.Int64", Nullable: true}, text("hash", true),
	}}, {Name: typeCheck, Properties: []odata.Property{
		{Name: "whole", Type: "Edm.Boolean"},
		{Name: "records", Type: "Edm.Int32"}, {Name: "from", Type: "Edm.Int64"}, {Name: "erased", Type: "Edm.Int32"},
		{Name: "head", Type: "Edm.Untyped"}, {Name: "firstBroken", Type: "Edm.Untyped", Nullable: true}, {Name: "broken", Type: "Edm.Untyped"},
	}}}
}

// Records returns the log as a collection.
func Records(m *odata.Model, log Log) *odata.EntitySet {
	t := m.Type(typeRecord)
	permissions := []string{Permission}
	return &odata.EntitySet{
		Path: "audit", Type: t, ReadAll: permissions, ReadOne: permissions,
		Page: func(r *odata.Request) (odata.Page, error) { return page(r, t, log) },
		Count: func(r *odata.Request) (int, error) {
			where, err := where(r, t)
			if err != nil {
				return 0, err
			}
			return log.Count(r.Context(), where)
		},
		Get: func(r *odata.Request) (*odata.Object, error) {
			found, err := log.List(r.Context(), Query{Where: Test{"id", "eq", r.Param("id")}, Limit: 1})
			if err != nil {
				return nil, err
			}
			if len(found) == 0 {
				return nil, odata.NotFound("There is no record '%s'.", r.Param("id"))
			}
			return object(t, found[0]), nil
		},
	}
}

// Verification returns what checks the chain of the log.
func Verification(m *odata.Model, log Log) odata.Operation {
	t := m.Type(typeCheck)
	return odata.Operation{
		Method: http.MethodPost, Path: "audit/verify", Permissions: []string{Permission}, Harmless: true,
		Handle: func(r *odata.Request) (odata.Answer, error) {
			c, err := log.Verify(r.Context(), nil)
			if err != nil {
				return odata.Answer{}, err
			}
			o, err := checked(t, c)
			return odata.Answer{Object: o, Declared: t}, err
		},
		Bound: &odata.Bound{Type: typeRecord, Collection: true, Returns: typeCheck},
	}
}

func checked(t *odata.Type, c Check) (*odata.Object, error) {
	places := map[string]any{"head": c.Head, "broken": c.Broken}
	if len(c.Broken) > 0 {
		places["firstBroken"] = c.Broken[0]
	}
	return odata.New(t).
		Set("whole", odata.Bool(len(c.Broken) == 0)).
		Set("records", odata.Int(int64(c.Records))).
		Set("from", odata.Int(c.Deleted+1)).
		Set("erased", odata.Int(int64(c.Erased))).
		SetJSON(places)
}

func page(r *odata.Request, t *odata.Type, log Log) (odata.Page, error) {
	q, err := query(r, t)
	if err != nil {
		return odata.Page{}, err
	}
	p := odata.Page{Count: -1, Objects: []*odata.Object{}}
	if r.Options.Count && q.Before == nil {
		if p.Count, err = log.Count(r.Context(), q.Where); err != nil {
			return odata.Page{}, err
		}
	}
	found, err := more(r.Context(), log, q)
	if err != nil {
		return odata.Page{}, err
	}
	for i, record := range found {
		if i == q.Limit {
			last := found[i-1]
			p.Next = "time-" + strconv.FormatInt(last.Time.UnixMicro(), 10) + ",id-" + last.ID
			break
		}
		p.Objects = append(p.Objects, object(t, record))
	}
	return p, nil
}

// more lists one record more than is shown, which tells whether anything follows.
func more(ctx context.Context, log Log, q Query) ([]Record, error) {
	if q.Limit == 0 {
		return nil, nil
	}
	q.Limit++
	return log.List(ctx, q)
}

func object(t *odata.Type, r Record) *odata.Object {
	o := odata.New(t).
		Set("id", odata.Text(r.ID)).
		Set("time", odata.Time(r.Time)).
		Set("method", odata.Text(r.Method)).
		Set("path", odata.Text(r.Path)).
		Set("status", odata.Int(int64(r.Status))).
		Set("requestId", odata.Text(r.RequestID)).
		Set("clientRequestId", odata.Text(r.ClientRequestID)).
		Set("unrecorded", odata.Int(int64(r.Unrecorded)))
	for name, value := range map[string]string{
		"callerId": r.CallerID, "callerName": r.CallerName, "appId": r.AppID, "address": r.Address, "code": r.Code, "target": r.Target,
	} {
		if value != "" {
			o.Set(name, odata.Text(value))
		}
	}
	if r.Sequence > 0 {
		o.Set("sequence", odata.Int(r.Sequence)).Set("hash", odata.Text(r.Hash))
	}
	if r.Changes != nil {
		o.Set("changes", odata.JSON(string(r.Changes)))
	}
	return o
}
