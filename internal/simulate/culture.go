package simulate

import "strings"

// name is a name as it is written, and in the letters that user names have.
type name struct{ written, ascii string }

// culture is where names come from that go together.
type culture struct{ given, family []name }

// parseNames reads names separated by blanks. A name with other letters than
// ASCII is followed by = and its spelling in user names.
func parseNames(list string) []name {
	var names []name
	for field := range strings.FieldsSeq(list) {
		written, ascii, ok := strings.Cut(field, "=")
		if !ok {
			ascii = strings.ToLower(strings.ReplaceAll(written, "'", ""))
		}
		names = append(names, name{written, ascii})
	}
	return names
}

func newCulture(given, family string) culture {
	return culture{parseNames(given), parseNames(family)}
}

// allCultures are the names that the people of a district have. Those that
// come first twice are more frequent.
func allCultures() []culture {
	english := newCulture(
		"Emma Liam Olivia Noah Ava Mason Grace Henry Ruby Jack Chloe Owen Hazel Caleb Nora Miles Ivy Ethan Lucy Wyatt",
		"Smith Johnson Walker Hughes Carter Brooks O'Neil Foster Bennett Hayes Price Wood Palmer Griffin Reed Mason Clark Ward")
	spanish := newCulture(
		"Sofía=sofia Mateo Valentina Diego Lucía=lucia Andrés=andres Camila Joaquín=joaquin Inés=ines Martín=martin Paula Iván=ivan Elena Raúl=raul",
		"García=garcia Martínez=martinez López=lopez Hernández=hernandez Núñez=nunez Ramos Peña=pena Ortega Vargas Jiménez=jimenez Salazar Ibáñez=ibanez")
	return []culture{
		english, english, spanish, spanish,
		newCulture("Jürgen=juergen Anna Lukas Greta Søren=soren Björn=bjoern Åsa=asa Freya Matthias Heike Jörg=joerg Saga",
			"Müller=mueller Schröder=schroeder Weiß=weiss Lindström=lindstroem Ødegård=odegard Köhler=koehler Hansen Bergström=bergstroem Jäger=jaeger Vogel"),
		newCulture("Zoé=zoe Étienne=etienne Amélie=amelie Théo=theo Noémie=noemie Loïc=loic Hélène=helene Jules Maëlle=maelle Rémi=remi",
			"Lefèvre=lefevre Dubois Girard Rousseau Bélanger=belanger Chevalier Gagné=gagne Côté=cote Marchand Fournier"),
		newCulture("Łukasz=lukasz Zofia Jiří=jiri Tereza Ondřej=ondrej Małgorzata=malgorzata Božena=bozena Radek Željko=zeljko Ana",
			"Nowak Dvořák=dvorak Wiśniewski=wisniewski Procházka=prochazka Kowalczyk Černý=cerny Horvat Šimić=simic Zieliński=zielinski Král=kral"),
		newCulture("Анна=anna Иван=ivan Ольга=olga Дмитрий=dmitrii Наталія=nataliia Тарас=taras София=sofiia Максим=maksym",
			"Иванов=ivanov Петренко=petrenko Смирнов=smirnov Коваленко=kovalenko Шевчук=shevchuk Волков=volkov Бондаренко=bondarenko"),
		newCulture("伟=wei 芳=fang 娜=na 敏=min 静=jing 磊=lei 洋=yang 艳=yan 思雨=siyu 浩然=haoran",
			"王=wang 李=li 张=zhang 刘=liu 陈=chen 杨=yang 黄=huang 赵=zhao 周=zhou 吴=wu"),
		newCulture("さくら=sakura 海斗=kaito 結衣=yui 陽翔=haruto 葵=aoi 蓮=ren 민준=minjun 서연=seoyeon 지우=jiwoo 하은=haeun",
			"佐藤=sato 鈴木=suzuki 高橋=takahashi 田中=tanaka 김=kim 이=lee 박=park 최=choi 정=jung 山本=yamamoto"),
		newCulture("محمد=mohammed فاطمة=fatima أحمد=ahmed مريم=maryam يوسف=yousef ليلى=layla عمر=omar نور=nour خالد=khaled",
			"حداد=haddad منصور=mansour خوري=khoury العلي=alali صالح=saleh ناصر=nasser حسن=hassan إبراهيم=ibrahim"),
		newCulture("Minh Hương=huong Đức=duc Ngọc=ngoc Aarav Priya Rohan Ananya Arjun Meera Kwame Amina Chidi Zainab",
			"Nguyễn=nguyen Trần=tran Lê=le Phạm=pham Patel Sharma Reddy Singh Iyer Okafor Mensah Diallo Adeyemi Osei"),
	}
}

// schoolNames are what schools are named after.
func schoolNames() []string {
	return strings.Split("Lincoln,Oak Grove,Riverside,Cedar Hill,Harriet Tubman,Maple Street,Lakeview,Rosa Parks,"+
		"Pine Ridge,César Chávez,Northgate,Willow Creek,Marie Curie,Sunnyside,Eastwood,Frederick Douglass,"+
		"Meadowbrook,St. Clair,Highland,Bayview,Ada Lovelace,Stonebridge,Westfield,Peña Blanca", ",")
}
