import Foundation
import Testing

@testable import SeriesReading

/// An answer of Prometheus with these series.
private func matrix(_ series: String...) -> String {
    "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[\(series.joined(separator: ","))]}}"
}

@Test func aPrometheusRangeIsTimeAndValue() throws {
    let one = try answerTable(
        matrix(#"{"metric":{"__name__":"up","job":"a"},"values":[[1677974400,"1.5"],[1677974460.5,"NaN"],[1677974520,"+Inf"]]}"#))
    #expect(one.names == ["time", "up"] && one.keyColumns == [] && one.timeNotation == "unix" && one.timeColumn == "time")
    #expect(records(one) == "1677974400,1.5\n1677974460.5,\n1677974520,\n" && one.format == "Prometheus range query")
    #expect(one.notices == ["2 values are no finite numbers (NaN, +Inf, -Inf), so they are gaps."])
    let nameless = try answerTable(matrix(#"{"metric":{},"values":[[1,"2"]]}"#))
    #expect(nameless.names == ["time", "value"])
}

@Test func labelsThatDifferTellPrometheusSeriesApart() throws {
    let two = try answerTable(
        matrix(
            #"{"metric":{"__name__":"up","job":"a","instance":"x"},"values":[[1,"1"],[2,"2"]]}"#,
            #"{"metric":{"__name__":"up","job":"a","instance":"y"},"values":[[1,"3"]]}"#))
    #expect(two.names == ["time", "instance", "up"] && two.keyColumns == ["instance"])
    #expect(records(two) == "1,x,1\n2,x,2\n1,y,3\n")
    let labels = try answerTable(
        matrix(
            #"{"metric":{"job":"a","cpu":"0"},"values":[[1,"1"]]}"#, #"{"metric":{"job":"b","cpu":"0"},"values":[[1,"2"]]}"#,
            #"{"metric":{"job":"b"},"values":[[1,"3"]]}"#))
    #expect(labels.names == ["time", "job+cpu", "value"])
    #expect(
        records(labels) == "1,\"job=\"\"a\"\",cpu=\"\"0\"\"\",1\n1,\"job=\"\"b\"\",cpu=\"\"0\"\"\",2\n1,\"job=\"\"b\"\"\",3\n")
    let names = try answerTable(
        matrix(
            #"{"metric":{"__name__":"a"},"values":[[1,"1"],[3,"2"]]}"#, #"{"metric":{"__name__":"b"},"values":[[1,"3"],[2,"4"]]}"#
        ))
    #expect(names.names == ["time", "a", "b"] && records(names) == "1,1,3\n2,,4\n3,2,\n")
}

@Test(arguments: [
    (#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"2"]}]}}"#, "one moment (vector)"),
    (#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#, "a Prometheus answer without a value"),
    (#"{"status":"error","errorType":"bad_data","error":"parse error"}"#, "tells of an error (parse error)"),
    (#"{"status":"success","data":{"resultType":"streams","result":[{"stream":{},"values":[["1","x"]]}]}}"#, "lines of logs"),
    (#"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,"2",3]]}]}}"#, "a pair of a time"),
    ("# HELP up Whether it is up.\n# TYPE up gauge\nup 1\n", "query_range"),
    (#"{"results":{"A":{"error":"no data source","status":500}}}"#, "tells of an error (no data source)"),
    (#"{"hits":{"hits":[]},"_shards":{}}"#, "found nothing"),
    (#"{"results":[{"statement_id":0,"error":"database not found: x"}]}"#, "tells of an error (database not found: x)"),
    (#"{"results":[{"statement_id":0}]}"#, "an answer of InfluxDB without a value"),
    (
        #"{"results":[{"statement_id":0,"series":[{"name":"measurements","columns":["name"],"values":[["cpu"]]}]}]}"#,
        "without times (name)"
    ),
    (
        "#datatype,string,string\r\n#group,true,true\r\n#default,,\r\n,error,reference\r\n,not found,897\r\n",
        "tells of an error (not found)"
    ),
    (",result,table,_value,_field\n,,0,1,temp\n", "no column _time"),
    ("weather temp=20.1\nweather temp=20.2\n", "line 1: is no InfluxDB line protocol (no time"),
    (
        "weather temp=20.1 1677974400\nweather temp=hot 1677974400\n",
        "line 2: is no InfluxDB line protocol (a value that is no number"
    ),
    (
        "weather temp=20.1 1677974400\nweather temp=1 1677974400000\n",
        "line 2: is no InfluxDB line protocol (a time in another unit"
    ),
    (
        "cpu,core=1 a=1 1677974400\nmem a=1 1677974400\n",
        "2 measurements with different tags (cpu, mem); keep one, for example with grep '^cpu[, ]'"
    ),
]) func anAnswerWithoutASeriesSaysWhatItIs(_ text: String, _ sentence: String) {
    let said = refusal(text)
    #expect(said.contains(sentence) && said.hasSuffix(".") && !said.contains("\n"), "\(said)")
}

@Test func grafanaFramesAreSeries() throws {
    let frame = { (host: String, values: String) in
        """
        {"schema":{"name":"cpu","fields":[{"name":"time","type":"time"},{"name":"load","type":"number","labels":{"host":"\(host)"}}]},
         "data":{"values":[[1500000000000,1500000060000],[\(values)]]}}
        """
    }
    let one = try answerTable("{\"results\":{\"A\":{\"status\":200,\"frames\":[\(frame("a", "1,null"))]}}}")
    #expect(
        one.names == ["time", "load"] && one.timeNotation == "unix-ms" && records(one) == "1500000000000,1\n1500000060000,\n")
    let two = try answerTable("{\"results\":{\"A\":{\"frames\":[\(frame("a", "1,2")),\(frame("b", "3,4"))]}}}")
    #expect(two.names == ["time", "host", "load"] && two.keyColumns == ["host"])
    #expect(records(two) == "1500000000000,a,1\n1500000060000,a,2\n1500000000000,b,3\n1500000060000,b,4\n")
    let long = try answerTable(
        """
        {"results":{"A":{"frames":[{"schema":{"fields":[{"name":"t","type":"time"},{"name":"pump","type":"string"},{"name":"v","type":"number"}]},
         "data":{"values":[[1500000000000,1500000000000],["x","y"],[5,6]]}}]}}}
        """)
    #expect(long.names == ["time", "pump", "v"] && records(long) == "1500000000000,x,5\n1500000000000,y,6\n")
}

@Test func targetsWithDatapointsAreChannels() throws {
    let read = try answerTable(
        #"[{"target":"a.b","datapoints":[[1.5,1500000000],[null,1500000060]]},{"target":"c","datapoints":[[2,1500000000],[3,1500000060]]}]"#
    )
    #expect(
        read.names == ["time", "a.b", "c"] && read.timeNotation == "unix" && records(read) == "1500000000,1.5,2\n1500000060,,3\n")
    #expect(try answerTable(#"[{"target":"a","datapoints":[[1,1500000000000]]}]"#).timeNotation == "unix-ms")
}

@Test func elasticsearchGivesDocumentsOrBuckets() throws {
    let hits = try answerTable(
        #"{"took":1,"_shards":{},"hits":{"total":{"value":2},"hits":[{"_id":"1","_source":{"@timestamp":"2023-01-01T00:00:00Z","m":{"v":1}}},{"_id":"2","_source":{"@timestamp":"2023-01-01T00:01:00Z","m":{"v":2}}}]}}"#
    )
    #expect(
        hits.names == ["@timestamp", "m.v"] && hits.timeColumn == "@timestamp"
            && records(hits) == "2023-01-01T00:00:00Z,1\n2023-01-01T00:01:00Z,2\n")
    let bucket = { (key: Int, mean: Double) in
        #"{"key_as_string":"x","key":\#(key),"doc_count":3,"mean":{"value":\#(mean)},"p":{"values":{"50.0":\#(mean)}}}"#
    }
    let over = "{\"buckets\":[\(bucket(1_500_000_000_000, 1.5)),\(bucket(1_500_000_060_000, 2.5))]}"
    let buckets = try answerTable("{\"hits\":{\"hits\":[]},\"aggregations\":{\"by_time\":\(over)}}")
    #expect(buckets.names == ["time", "doc_count", "mean", "p.50.0"] && buckets.timeNotation == "unix-ms")
    #expect(records(buckets) == "1500000000000,3,1.5,1.5\n1500000060000,3,2.5,2.5\n")
    let hosts = try answerTable(
        "{\"aggregations\":{\"host\":{\"buckets\":[{\"key\":\"a\",\"doc_count\":6,\"t\":\(over)},{\"key\":\"b\",\"doc_count\":6,\"t\":\(over)}]}}}"
    )
    #expect(hosts.keyColumns == ["host"] && hosts.names.prefix(2) == ["time", "host"] && hosts.lines.count == 4)
}

@Test func influxAnswersMayHoldSeveralSeries() throws {
    let series = { (host: String, values: String) in
        "{\"name\":\"cpu\",\"tags\":{\"host\":\"\(host)\"},\"columns\":[\"time\",\"mean\",\"max\"],\"values\":[\(values)]}"
    }
    let one = try answerTable(
        "{\"results\":[{\"statement_id\":0,\"series\":[\(series("a", "[1677974400000,1.5,2],[1677974460000,null,3]"))]}]}\n")
    #expect(one.names == ["time", "mean", "max"] && one.timeNotation == "unix-ms")
    #expect(records(one) == "1677974400000,1.5,2\n1677974460000,,3\n")
    let two = try answerTable(
        "{\"results\":[{\"statement_id\":0,\"series\":[\(series("a", "[\"2023-01-01T00:00:00Z\",1,2]")),\(series("b", "[\"2023-01-01T00:00:00Z\",3,4]"))]}]}"
    )
    #expect(two.names == ["time", "host", "mean", "max"] && two.timeNotation == nil)
    #expect(records(two) == "2023-01-01T00:00:00Z,a,1,2\n2023-01-01T00:00:00Z,b,3,4\n")
}

@Test func annotatedTablesArePivotedByTheirTimes() throws {
    let text = """
        #datatype,string,long,dateTime:RFC3339,dateTime:RFC3339,dateTime:RFC3339,double,string,string,string
        #group,false,false,true,true,false,false,true,true,true
        #default,_result,,,,,,,,
        ,result,table,_start,_stop,_time,_value,_field,_measurement,site
        ,,0,2023-03-05T00:00:00Z,2023-03-06T00:00:00Z,2023-03-05T00:00:00Z,20.1,temp,weather,a
        ,,0,2023-03-05T00:00:00Z,2023-03-06T00:00:00Z,2023-03-05T00:01:00Z,20.3,temp,weather,a

        #datatype,string,long,dateTime:RFC3339,dateTime:RFC3339,dateTime:RFC3339,long,string,string,string
        #group,false,false,true,true,false,false,true,true,true
        #default,_result,,,,,,,,
        ,result,table,_start,_stop,_time,_value,_field,_measurement,site
        ,,1,2023-03-05T00:00:00Z,2023-03-06T00:00:00Z,2023-03-05T00:00:00Z,40,hum,weather,a
        ,,1,2023-03-05T00:00:00Z,2023-03-06T00:00:00Z,2023-03-05T00:00:00.5Z,41,hum,weather,a

        """
    for text in [text, text.replacing("\n", with: "\r\n")] {
        let read = try answerTable(text)
        #expect(read.names == ["time", "temp", "hum"] && read.keyColumns == [] && read.lines == [5, 13, 6])
        #expect(records(read) == "2023-03-05T00:00:00Z,20.1,40\n2023-03-05T00:00:00.5Z,,41\n2023-03-05T00:01:00Z,20.3,\n")
    }
    let sites = try answerTable(text.replacing("hum,weather,a", with: "hum,weather,\"b, c\""))
    #expect(sites.names == ["time", "site", "temp", "hum"] && records(sites).contains("2023-03-05T00:00:00Z,\"b, c\",,40\n"))
    let wide = try answerTable(
        "#group,false,false,false,true,false,false\n#datatype,string,long,dateTime:RFC3339,string,double,string\n#default,_result,,,,,\n"
            + ",result,table,_time,site,temp,note\n,,0,2023-03-05T00:00:00Z,a,1,x\n")
    #expect(wide.names == ["time", "temp"] && records(wide) == "2023-03-05T00:00:00Z,1\n")
    #expect(try answerTable(",result,table,_time,_value,_field\n,,0,2023-03-05T00:00:00Z,1,temp\n").names == ["time", "temp"])
}

@Test func lineProtocolFieldsAreColumnsAndTagsThatDifferAKey() throws {
    let one = try answerTable(
        "weather,station=a temp=20.1,hum=40i 1677974400000000000\nweather,station=a hum=41i,temp=20.3 1677978000000000000\n")
    #expect(one.names == ["time", "temp", "hum"] && one.timeNotation == "unix-ns" && one.keyColumns == [])
    #expect(records(one) == "1677974400000000000,20.1,40\n1677978000000000000,20.3,41\n")
    let escaped = try answerTable(
        #"my\ m,a=x\,y,b\=c=1 v=t,s="a \"b\" \\ c, d=1",n=5u 1677974400"# + "\r\n" + #"my\ m,a=z,b\=c=1 v=F,s="" 1677974400"#)
    #expect(escaped.names == ["time", "a", "v", "s", "n"] && escaped.timeNotation == "unix" && escaped.keyColumns == ["a"])
    #expect(records(escaped) == "1677974400,\"x,y\",true,\"a \"\"b\"\" \\ c, d=1\",5\n1677974400,z,false,,\n")
    let apart = try answerTable("m a=1 1677974400000\nm b=2 1677974400000\nm a=3 1677974401000\n")
    #expect(apart.timeNotation == "unix-ms" && records(apart) == "1677974400000,1,2\n1677974401000,3,\n")
    let two = try answerTable("# DML\nCREATE DATABASE x\ncpu,h=a v=1 1677974400000000\nmem,h=a v=2 1677974400000000\n")
    #expect(two.names == ["time", "cpu.v", "mem.v"] && two.timeNotation == "unix-us" && records(two) == "1677974400000000,1,2\n")
}
